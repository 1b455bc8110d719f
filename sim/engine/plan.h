/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plan.h: plans a sampling run before it begins, from the exact law of the estimator:
 * how many chains, how many steps, and how many of these are burn-in. */
#ifndef PNM_PLAN_H
#define PNM_PLAN_H

#include "base/error.h"
#include "rules/linear_system.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `count` independent chains; each runs `steps` steps and records those after burn_in.
 */
struct chains {
    uint64_t count;
    uint64_t steps;
    uint64_t burn_in;
};

/* A pair of modes (i = j for a variance) as the planner sees it. S are stationary
 * covariances of the states. */
struct plan_law {
    struct linear_system i, j;
    double s_ii[LINEAR_SIZE], s_jj[LINEAR_SIZE], s_ij[LINEAR_SIZE];
    /* State at step 0 minus its stationary mean. */
    double offset_i[LINEAR_STATE], offset_j[LINEAR_STATE];
    /* Excess kurtosis of the noise of a mode beside itself; 0 if it is Gaussian. */
    double excess;
};

/* Computes the law. noise[0..2] = C_ii, C_jj, C_ij; offset_i and offset_j are theta at
 * step 0 minus its stationary mean; the slots start at their means, 0. The systems must
 * be stable. */
PNM_MUST_USE int plan_law_init(struct plan_law *law, const struct linear_system *i,
                               const struct linear_system *j, const double noise[3],
                               double offset_i, double offset_j, struct error *error);

/* Exact variance of one chain's time average of x_i x_j over `count` steps of the
 * stationary process of Gaussian noise, whose fourth moments follow from Isserlis. With
 * an excess kurtosis kappa it has at most kappa S_ii^2/count more, which is a bound: x
 * is a sum of independent a_k xi, so the fourth cumulants of x_t, x_t, x_s, x_s, summed
 * over all s, come to kappa (sum_k a_k^2)^2, and the bound takes all of them. */
double plan_law_variance(const struct plan_law *law, uint64_t count);

/* Exact difference between the expected time average of x_i x_j over steps
 * burn_in+1 .. steps and the stationary covariance, caused by the start. */
double plan_law_bias(const struct plan_law *law, uint64_t burn_in, uint64_t steps);

/* The square of what the start leaves in the mean of x_i, averaged over steps
 * burn_in+1 .. steps. */
double plan_law_start(const struct plan_law *law, uint64_t burn_in, uint64_t steps);

/* The user's wishes. Chains and steps that are 0, and a burn_in of PLAN_AUTO, are
 * planned. */
#define PLAN_AUTO UINT64_MAX
struct plan_request {
    uint64_t chains, steps, burn_in;
    double target;      /* wanted absolute standard error, > 0 */
    double max_samples; /* budget: chains x steps */
    uint64_t fewest;    /* chains; 0: PLAN_FEWEST */
};

struct plan {
    struct chains chains;
    double samples;  /* chains x steps that the request needs */
    bool affordable; /* samples <= max_samples */
    bool too_short;  /* the given steps do not exceed the burn-in: recording starts at
                        steps/2 and verdicts are inconclusive */
    uint64_t needed_burn_in;
};

enum {
    PLAN_FEWEST = 64,      /* chains, where fewer steps would reach the target */
    PLAN_CHAINS = 1024,    /* chains, where they are long: z* needs no Student's t */
    PLAN_LONGEST = 1 << 22 /* steps of a planned chain: a unit stays below a second */
};

/* If plans are parts of one sum, none is affordable unless all are together. They are
 * `count` members of structs of `stride` bytes. */
void plan_share_budget(struct plan *first, size_t stride, size_t count, double budget);

/* Plans in powers of two. The burn-in is so long that the remaining bias is below a
 * twentieth of the target, and chains are at least eight burn-ins long; then they are
 * lengthened and multiplied until the exact standard error is at most the target. */
void plan_make(const struct plan_law *law, const struct plan_request *request,
               struct plan *plan);

/* The variance over chains of an estimate over `recorded` steps, as a pilot found it.
 * It falls as 1/recorded or faster. */
struct plan_residual {
    double variance;
    uint64_t recorded;
};

/* Plans for an estimate with that residual variance in place of the exact variance.
 * The bias is below a twentieth of the standard error to be expected, which is less
 * than the target where the fewest chains and steps do better. What the start leaves in
 * the mean, times the noise around it, is below the residual too. Chains record at
 * least residual->recorded steps; there are PLAN_CHAINS of them where eight burn-ins
 * then fit into what each records, and down to the fewest where the burn-in is most of
 * the cost. */
void plan_make_controlled(const struct plan_law *law,
                          const struct plan_request *request,
                          const struct plan_residual *residual, struct plan *plan);

/* The smallest power of two that is at least x, and at most 2^62. */
uint64_t plan_power_of_two(double x);

#endif
