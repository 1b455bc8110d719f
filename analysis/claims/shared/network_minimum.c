/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/network_minimum.h"

#include "base/elementary.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = MINIBATCH_N, STEPS_MAX = 500, HALVINGS_MAX = 40 };

double network_minimum_loss(const struct minibatch_noise *noise, const double *theta,
                            double decay, double *gradient)
{
    double loss = 0;
    for (int i = 0; i < N; i++) {
        loss += decay / 2 * theta[i] * theta[i];
        if (gradient)
            gradient[i] = decay * theta[i];
    }
    for (int k = 0; k < MINIBATCH_INPUTS; k++) {
        double probability[NETWORK_CLASSES], own[N];
        network_probabilities(theta, noise->x[k], probability);
        for (int y = 0; y < NETWORK_CLASSES; y++) {
            const double weight = noise->probability[k][y] / MINIBATCH_INPUTS;
            if (weight == 0)
                continue;
            loss -= weight * elementary_log(fmax(probability[y], DBL_MIN));
            if (!gradient)
                continue;
            network_gradient(theta, noise->x[k], y, own);
            for (int i = 0; i < N; i++)
                gradient[i] += weight * own[i];
        }
    }
    return loss;
}

static double largest(const double *x)
{
    double most = 0;
    for (int i = 0; i < N; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

/* Law, curvatures and directions at theta, with decay. */
static int set_law(struct minibatch_noise *noise, double decay, struct error *error)
{
    const struct population population = {MINIBATCH_INPUTS, noise->x[0],
                                          noise->probability[0]};
    network_law(noise->theta, &population, &noise->law);
    for (int i = 0; i < N; i++)
        noise->law.hessian[i][i] += decay;
    return minibatch_noise_decompose(noise, error);
}

/* One Newton step. Along negative curvature it goes downhill too, as far as positive
 * curvature of that size would let it; the step is halved until the loss falls. Near
 * the minimum, where the loss no longer shows a difference, the step is whole. */
static void advance(struct minibatch_noise *noise, double decay, const double *gradient)
{
    double step[N] = {0}, theta[N];
    const double loss = network_minimum_loss(noise, noise->theta, decay, NULL);
    const bool near = largest(gradient) < 1e-6;
    for (int k = 0; k < N; k++) {
        double along = 0;
        for (int i = 0; i < N; i++)
            along += noise->direction[k][i] * gradient[i];
        along /= fmax(fabs(noise->curvature[k]), 1e-3 * decay);
        for (int i = 0; i < N; i++)
            step[i] -= along * noise->direction[k][i];
    }
    double share = 1;
    for (int halving = 0; halving < HALVINGS_MAX; halving++, share /= 2) {
        for (int i = 0; i < N; i++)
            theta[i] = noise->theta[i] + share * step[i];
        if (near || network_minimum_loss(noise, theta, decay, NULL) < loss)
            break;
    }
    memcpy(noise->theta, theta, sizeof theta);
}

static int descend(struct minibatch_noise *noise, double decay, struct error *error)
{
    double gradient[N];
    for (int step = 0; step < STEPS_MAX; step++) {
        const int status = set_law(noise, decay, error);
        if (status != STATUS_OK)
            return status;
        network_minimum_loss(noise, noise->theta, decay, gradient);
        if (largest(gradient) <= NETWORK_MINIMUM_GRADIENT)
            return noise->curvature[N - 1] > 0
                       ? STATUS_OK
                       : error_set(error, STATUS_SOFTWARE,
                                   "the network's training ended where the smallest "
                                   "curvature is %g; needed is a minimum, > 0",
                                   noise->curvature[N - 1]);
        advance(noise, decay, gradient);
    }
    /* not covered from here: no seed or decay was found that takes so many steps */
    return error_set(error, STATUS_SOFTWARE,
                     "the network's gradient is still %g after %d Newton steps; needed "
                     "is at most %g",
                     largest(gradient), STEPS_MAX, NETWORK_MINIMUM_GRADIENT);
    /* covered again */
}

int network_minimum_make(const struct sampling *sampling, double decay,
                         struct minibatch_noise **noise, struct error *error)
{
    int status = minibatch_noise_make(sampling, MINIBATCH_TRAINED, noise, error);
    if (status == STATUS_OK)
        status = descend(*noise, decay, error);
    if (status != STATUS_OK) {
        free(*noise);
        *noise = NULL;
    }
    return status;
}
