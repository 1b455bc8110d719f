/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_linear.h: the chains of network_chains.h on the quadratic part of the loss,
 * by the same rule and the same minibatches. Their squares are the control variates of
 * the network's own.
 *
 * Along the Hessian's eigenvector k such a chain has the gradient h_k z_k + xi_k, where
 * xi_k is what the minibatch's gradient at the minimum has along it. For a linear rule
 * z_k after t steps is r_k(1) xi_k(t) + r_k(2) xi_k(t - 1) + .., where r_k(s) is its
 * response, after s steps, to one unit of gradient. As minibatches are independent,
 *     E z_k^2 = c_k (r_k(1)^2 + .. + r_k(t)^2),
 * c_k being the variance of xi_k over the samples. Both come from the implemented step
 * and the samples' gradients: the law that the claim checks is not used. */
#ifndef PNM_NETWORK_LINEAR_H
#define PNM_NETWORK_LINEAR_H

#include "claims/shared/minibatch.h"
#include "rules/rule_loops.h"

/* What the gradient of each input, with its label, has at the minimum along each
 * eigenvector, minus the mean over the inputs. */
struct network_slopes {
    double along[MINIBATCH_INPUTS][MINIBATCH_N];
};

/* label[k] is that of input k. */
void network_slopes_set(const struct minibatch_noise *noise,
                        const int label[MINIBATCH_INPUTS],
                        struct network_slopes *slopes);

/* 64 chains and the response to one unit of gradient. Arrays of the chains have
 * [chain * MINIBATCH_N + k]. */
struct network_linear {
    double z[MINIBATCH_N * RULE_LANES];
    double slot[RULE_MAX_SLOTS * MINIBATCH_N * RULE_LANES];
    double gradient[MINIBATCH_N * RULE_LANES];
    double response[MINIBATCH_N], response_slot[RULE_MAX_SLOTS * MINIBATCH_N];
    double noise[MINIBATCH_N];  /* c_k */
    double square[MINIBATCH_N]; /* E z_k^2 */
};

/* Puts all chains at the minimum, for minibatches of `batch` samples. */
void network_linear_start(const struct network_slopes *slopes, int batch,
                          struct network_linear *linear);

/* Makes step t. Sample s of a chain's minibatch is input[s * RULE_LANES + chain]. The
 * rule takes one gradient a step; its decay is in the curvatures already. */
void network_linear_step(const struct minibatch_noise *noise,
                         const struct network_slopes *slopes, const struct rule *rule,
                         const struct rule_loops *loops, uint64_t t, int batch,
                         const int *input, struct network_linear *linear);

#endif
