/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch.h: the exact law of linear rules whose noise is drawn without replacement.
 *
 * N samples of gradient noise have mean 0 and, with divisor N, covariance C1 = B C,
 * where C is the covariance of the mean of B samples drawn with replacement. At the
 * start of an epoch they are shuffled; each gradient then takes the next B of them, and
 * those that are left over at the end are not used. Means of two disjoint batches have
 * covariance -C1/(N-1), that of one with itself is (N/B - 1) C1/(N-1). What r steps of
 * an epoch add to the covariance of the state is therefore
 *
 *     G_r = C1/(N-1) [(N/B) Q_r - u_r u_r'],
 *     Q_r = sum_{k<r} A^k (sum_s b_s b_s') A'^k,  u_r = sum_{k<r} A^k sum_s b_s,
 *
 * over the gradients s of a step, and with E steps an epoch
 *
 *     S_0 = A^E S_0 A'^E + G_E,  S_r = A^r S_0 A'^r + G_r.
 *
 * For two modes the second A, b are the other mode's. */
#ifndef PNM_THEORY_EPOCH_H
#define PNM_THEORY_EPOCH_H

#include "rules/linear_system.h"

/* N and B. */
struct epoch {
    uint64_t train_size, batch;
};

/* E = floor(N / (B samples)) for a rule that takes `samples` gradients a step. */
uint64_t epoch_steps(const struct epoch *epoch, int samples);

/* The covariance of the states at the start of an epoch, and the systems of a whole
 * epoch, whose E is A^E - I, without noise: for planning. */
struct epoch_start {
    struct linear_system i, j;
    double covariance[LINEAR_SIZE];
};

/* Covariance of theta of the modes of two systems whose noise has covariance c with
 * replacement: *value becomes the average over the phases r = 0 .. E-1 of an epoch or,
 * by phase, value[E] that of each. bound[1 or E] becomes the absolute error that the
 * rounding of the systems may leave. start may be NULL. Quads throughout; the average
 * takes about log2(E) small products, the phases E. STATUS_SOFTWARE at the limit of
 * stability. */
PNM_MUST_USE int epoch_covariance(const struct epoch *epoch,
                                  const struct linear_system *i,
                                  const struct linear_system *j, double c,
                                  bool by_phase, double *value, double *bound,
                                  struct epoch_start *start, struct error *error);

#endif
