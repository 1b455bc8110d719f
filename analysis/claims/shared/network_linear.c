/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/network_linear.h"

#include <string.h>

enum { N = MINIBATCH_N, LANES = RULE_LANES };

void network_slopes_set(const struct minibatch_noise *noise,
                        const int label[MINIBATCH_INPUTS],
                        struct network_slopes *slopes)
{
    for (int input = 0; input < MINIBATCH_INPUTS; input++) {
        double gradient[N];
        network_gradient(noise->theta, noise->x[input], label[input], gradient);
        for (int k = 0; k < N; k++) {
            slopes->along[input][k] = 0;
            for (int i = 0; i < N; i++)
                slopes->along[input][k] +=
                    noise->direction[k][i] * (gradient[i] - noise->law.mean[i]);
        }
    }
}

void network_linear_start(const struct network_slopes *slopes, int batch,
                          struct network_linear *linear)
{
    memset(linear, 0, sizeof *linear);
    for (int k = 0; k < N; k++) {
        for (int input = 0; input < MINIBATCH_INPUTS; input++)
            linear->noise[k] += slopes->along[input][k] * slopes->along[input][k];
        linear->noise[k] /= MINIBATCH_INPUTS * (double)batch;
    }
}

/* Sets a chain's gradient. */
static void set_gradient(const struct minibatch_noise *noise,
                         const struct network_slopes *slopes, int batch,
                         const int *input, const double *restrict z,
                         double *restrict gradient)
{
    for (int k = 0; k < N; k++)
        gradient[k] = 0;
    for (int s = 0; s < batch; s++) {
        const double *along = slopes->along[input[s * LANES]];
        for (int k = 0; k < N; k++)
            gradient[k] += along[k];
    }
    for (int k = 0; k < N; k++)
        gradient[k] = gradient[k] / batch + noise->curvature[k] * z[k];
}

void network_linear_step(const struct minibatch_noise *noise,
                         const struct network_slopes *slopes, const struct rule *rule,
                         const struct rule_loops *loops, uint64_t t, int batch,
                         const int *input, struct network_linear *linear)
{
    struct rule bare = *rule;
    double unit[N];
    bare.decay.lambda = 0;
    for (int lane = 0; lane < LANES; lane++)
        set_gradient(noise, slopes, batch, input + lane, linear->z + lane * N,
                     linear->gradient + lane * N);
    for (int k = 0; k < N; k++)
        unit[k] = noise->curvature[k] * linear->response[k] + (t == 0);
    loops->step(&bare, t, (size_t)N * LANES, linear->gradient, linear->z, linear->slot);
    loops->step(&bare, t, N, unit, linear->response, linear->response_slot);
    for (int k = 0; k < N; k++)
        linear->square[k] +=
            linear->noise[k] * (linear->response[k] * linear->response[k]);
}
