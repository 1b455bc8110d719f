/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minibatch.h: shared by the claims on the noise of minibatches: a small network on
 * synthetic data, the exact law of its gradient, and minibatches drawn from the data.
 */
#ifndef PNM_MINIBATCH_H
#define PNM_MINIBATCH_H

#include "claims/shared/network_law.h"
#include "compare/draws.h"
#include "verdict/ledger.h"

enum {
    MINIBATCH_BITS = 7, /* bits of a word that choose an input */
    MINIBATCH_INPUTS = 1 << MINIBATCH_BITS,
    MINIBATCH_SAMPLES = MINIBATCH_INPUTS * NETWORK_CLASSES, /* input and label */
    /* A shorter name. */
    MINIBATCH_N = NETWORK_PARAMETERS,
};

/* The inputs are standard normal and equally likely. */
enum minibatch_network {
    /* Labels are drawn from the network's own probabilities, so no other network has a
     * smaller risk: the gradient is 0, and C and H are both Fisher's information. */
    MINIBATCH_AT_MINIMUM,
    /* Every input has one label, drawn once from those probabilities. A network with
     * random weights, as below, was trained on these samples. */
    MINIBATCH_TRAINED,
    /* Labels as in the first case; weights drawn with variance 1/inputs. */
    MINIBATCH_RANDOM,
};

/* The network's name in the ledger's settings. */
const char *minibatch_network_text(enum minibatch_network which);

struct minibatch_noise {
    enum minibatch_network which;
    double x[MINIBATCH_INPUTS][NETWORK_INPUTS];
    double probability[MINIBATCH_INPUTS][NETWORK_CLASSES];
    double theta[MINIBATCH_N];
    struct network_law law;
    double curvature[MINIBATCH_N];              /* falling */
    double direction[MINIBATCH_N][MINIBATCH_N]; /* unit eigenvectors, one a row */
};

/* Makes network and data, which depend on the seed. The caller frees *noise, which is
 * NULL after a failure. */
PNM_MUST_USE int minibatch_noise_make(const struct sampling *sampling,
                                      enum minibatch_network which,
                                      struct minibatch_noise **noise,
                                      struct error *error);

/* Sets curvature and direction from the law's Hessian. STATUS_MEMORY. */
PNM_MUST_USE int minibatch_noise_decompose(struct minibatch_noise *noise,
                                           struct error *error);

/* The gradients of all samples by back propagation, minus the exact mean. Sample number
 * NETWORK_CLASSES input + label is that input with that label. */
void minibatch_noise_gradients(const struct minibatch_noise *noise,
                               double gradient[MINIBATCH_SAMPLES][MINIBATCH_N]);

/* Replaces each gradient[s] by its components along the directions. */
void minibatch_noise_rotate(const struct minibatch_noise *noise,
                            double gradient[MINIBATCH_SAMPLES][MINIBATCH_N]);

/* Draws samples. */
struct minibatch_sampler {
    struct random_stream *stream;
    uint64_t words[RANDOM_BLOCK];
    int used;
    /* A label is the number of these thresholds that a uniform integer reaches. */
    uint64_t reach[MINIBATCH_INPUTS][NETWORK_CLASSES - 1];
};

void minibatch_sampler_init(struct minibatch_sampler *sampler,
                            const struct minibatch_noise *noise,
                            struct random_stream *stream);

/* Draws sample[batch] with replacement. */
void minibatch_draw(struct minibatch_sampler *sampler, int batch, int *sample);

/* Draws sample[batch], each input at most once; batch <= MINIBATCH_INPUTS. */
void minibatch_draw_distinct(struct minibatch_sampler *sampler, int batch, int *sample);

/* xi: the mean of gradient[sample[0..batch)]. */
static inline void minibatch_average(const double (*gradient)[MINIBATCH_N], int batch,
                                     const int *sample, double xi[MINIBATCH_N])
{
    for (int i = 0; i < MINIBATCH_N; i++)
        xi[i] = 0;
    for (int s = 0; s < batch; s++)
        for (int i = 0; i < MINIBATCH_N; i++)
            xi[i] += gradient[sample[s]][i];
    for (int i = 0; i < MINIBATCH_N; i++)
        xi[i] /= batch;
}

/* Means over `wanted` draws, but at least as many as verdicts need, each of `group`
 * minibatches of `batch` samples. If they exceed the budget, nothing is drawn and the
 * moments' counts are 0. draws->count is ignored. *samples is the number of samples
 * that are or would be drawn. */
PNM_MUST_USE int minibatch_mean(const struct draws *draws, double wanted, int group,
                                int batch, struct moments *moments, double *samples,
                                struct error *error);

/* The evidence on a number from `batches` minibatches; 0: it was not sampled. */
struct evidence minibatch_evidence(double paper, double exact, double measured,
                                   double se, uint64_t batches);

#endif
