/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_minibatch.h: the stationary law of linear rules on minibatch least
 * squares, and its measurement, for stationary.c only. */
#ifndef PNM_STATIONARY_MINIBATCH_H
#define PNM_STATIONARY_MINIBATCH_H

#include "compare/stationary_pilot.h"

/* Finds the law of a linear rule, work->law; there is none if a margin is <= 0. The
 * caller frees it. */
PNM_MUST_USE int stationary_minibatch_law(struct stationary_work *work,
                                          struct error *error);

/* The covariance of the noise of modes i and j in the stationary law: that of the
 * problem or, of minibatches, what their law makes of it. Without a law it is the
 * problem's. */
PNM_MUST_USE int stationary_noise(const struct stationary_work *work, size_t i,
                                  size_t j, double *noise, struct error *error);

/* Plans the chains of all rows, which run together: burn-in and bias by the exact
 * transient, the number of chains by what a pilot's spread wants. Rows get the joint
 * plan and the bias that the start leaves. */
PNM_MUST_USE int stationary_minibatch_plan(struct stationary_work *work,
                                           const struct ensemble *ensemble,
                                           struct error *error);

/* Says of each row whether its chains' averages are too skewed for their number: theta
 * is heavy-tailed under noise that feeds itself, and its square more so. By Edgeworth's
 * expansion a skewness g of N chains multiplies the probability beyond z standard
 * errors by about 1 + g (z^3 - 3 z)/(6 sqrt(N)); that factor may be 2 at the z of
 * verdicts. The squares are those of the rows or, if NULL, groups are. */
void stationary_minibatch_judge(struct stationary_work *work,
                                const struct skewed_moments *square,
                                const struct covariance_groups *groups);

#endif
