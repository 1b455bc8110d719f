/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble.h: many independent chains of a rule on a quadratic loss, and the statistics
 * that observers compute of them.
 *
 * The work is cut into units. A unit is a block of 64 lanes run from step 0 to its end:
 * 64 (mode, chain) pairs if modes do not interact, or 64 chains of all modes if
 * the noise is correlated or products between modes are wanted. A unit's random stream
 * depends on seed, rule, parameters and unit number alone, and results are merged in
 * unit order, so the bits do not depend on the number of threads or ranks.
 *
 * A sampling run that its session ends early has merged fewer chains: the counts in its
 * results say how many, perhaps 0. */
#ifndef PNM_ENSEMBLE_H
#define PNM_ENSEMBLE_H

#include "base/moments.h"
#include "base/random.h"
#include "engine/control.h"
#include "engine/covariance_groups.h"
#include "engine/kernels.h"
#include "engine/plan.h"
#include "engine/session.h"
#include "losses/problem.h"
#include "rules/average.h"
#include "rules/rule_loops.h"

#include <stdbool.h>

struct ensemble {
    const struct kernels *kernels;
    const struct rule *rule;
    const struct problem *problem;
    const double *mean;            /* n centres of squares and products; NULL: theta* */
    const struct control *control; /* n; NULL: none */
    const struct control_pair *pairs; /* coefficients of coupled modes, which have no
                                         others: n(n+1)/2, as ensemble_pair says */
    const struct average *average; /* of ensemble_averages and trajectories; NULL there:
                                      theta itself */
    struct random_generator generator;
    uint64_t seed;
    bool pilot; /* thrown away, so its numbers are RANDOM_PILOT's */
    int threads;
    const char *label;    /* shown beside the progress bar; NULL: no bar */
    double exact_seconds; /* what exact values alone take; 0: there are none (cost.h) */
    struct session
        *session; /* may end sampling early and keep checkpoints; NULL: none */
};

/* Computes each chain's time average over the recorded steps, then its moments over
 * chains, for each mode i: theta[i] of theta, square[i] of (theta - mean)^2. chains[i]
 * may differ from mode to mode if the noise is not dense; a mode with 0 chains is left
 * out. controlled[i], if not NULL, gets the moments of the time average of (theta -
 * mean)^2 less its control variates; without filters it is square[i]. */
PNM_MUST_USE int ensemble_moments(const struct ensemble *ensemble,
                                  const struct chains *chains, struct moments *theta,
                                  struct moments *square, struct moments *controlled,
                                  struct error *error);

/* The same of the squares alone, with their skewness, for modes that run together. */
PNM_MUST_USE int ensemble_squares(const struct ensemble *ensemble, struct chains chains,
                                  struct skewed_moments *square, struct error *error);

/* The same; controlled_theta[i] gets the moments of the time average of theta less its
 * control variates, for which the filters take a little more time. */
PNM_MUST_USE int ensemble_moments_of_both(const struct ensemble *ensemble,
                                          const struct chains *chains,
                                          struct moments *theta, struct moments *square,
                                          struct moments *controlled_theta,
                                          struct moments *controlled,
                                          struct error *error);

/* Runs a pilot of the ensemble and sets fit[i] to what the coefficients of mode i are
 * fitted to, and theta_fit[i], if not NULL, to what those of the mean of theta are
 * fitted to. The ensemble has control variates; their coefficients are not used. */
PNM_MUST_USE int ensemble_control_fit(const struct ensemble *ensemble,
                                      const struct chains *chains,
                                      struct control_fit *fit,
                                      struct comoments *theta_fit, struct error *error);

/* Moments over chains of the time averages of (theta_i - mean_i)(theta_j - mean_j) for
 * all pairs i <= j of coupled modes: pair[ensemble_pair(n, i, j)], n(n+1)/2 entries.
 * groups may be NULL. */
PNM_MUST_USE int ensemble_covariance(const struct ensemble *ensemble,
                                     struct chains chains, struct moments *pair,
                                     struct covariance_groups *groups,
                                     struct error *error);

/* Index of the pair i <= j (from 0) among n modes: (0,0), (0,1), ..., (n-1,n-1). */
size_t ensemble_pair(size_t n, size_t i, size_t j);

/* The number of records of one trajectory: step 0, every `every`-th step, and the last.
 */
uint64_t ensemble_records(uint64_t steps, uint64_t every);

/* Sets out[(chain * records + record) * n + i] to theta at the recorded steps, or to
 * the average so far. *chains
 * is the number of chains wanted and becomes the number that are complete. */
PNM_MUST_USE int ensemble_trajectory(const struct ensemble *ensemble, uint64_t *chains,
                                     uint64_t steps, uint64_t every, double *out,
                                     struct error *error);

#endif
