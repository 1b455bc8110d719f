/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary.h: the stationary covariance of a rule: the paper's, exact and measured.
 */
#ifndef PNM_STATIONARY_H
#define PNM_STATIONARY_H

#include "engine/sampling.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

/* One element (i, j) of the covariance of theta, i <= j from 0. */
struct comparison {
    size_t i, j;
    uint64_t phase; /* of an epoch: steps since its start; 0 for an average over them */
    double h_i, h_j;
    double
        spread; /* off the diagonal the exact sqrt(S_ii S_jj); NAN: unknown or i = j */
    enum exact_source source;
    struct evidence evidence;
    struct plan plan;     /* plan.samples are coordinate-steps, those of a pilot too */
    double effective;     /* uncorrelated samples that would have this error */
    double plain_samples; /* what a plan without control variates needs for the same */
    struct verdicts verdicts;
    bool settles;  /* false: no stationary law; measured over the last recorded steps */
    bool unstable; /* a mode of the linear rule diverges: there is no law */
    bool undefined; /* not sampled, because the rule divides 0 by 0 */
    bool diverges;  /* not sampled, because the pilot of the nonlinear rule overflowed
                       within plan.chains.steps */
};

/* STATUS_USAGE if the stationary mean of theta is not known. Without linear theory it
 * is theta*, by symmetry, unless weight decay moves it. */
PNM_MUST_USE int stationary_check_mean(const struct rule *rule,
                                       const struct problem *problem,
                                       struct error *error);

/* What stationary_compare measures: the diagonal; every pair i <= j; or the diagonal as
 * parts of one number, whose budget is that of all modes together. */
enum stationary_elements { STATIONARY_DIAGONAL, STATIONARY_PAIRS, STATIONARY_SUM };

/* Measures elements of the covariance of one rule on one loss. The caller frees *rows,
 * whose length is *count. Each row is planned from exact theory or, if its mode has
 * control variates, from a pilot; a row whose plan exceeds the budget is left
 * unsampled, with the number of steps that it would need. STATUS_USAGE for unstable
 * parameters. With sampling->exact_only nothing is planned either. */
PNM_MUST_USE int
stationary_compare(const struct sampling *sampling, const struct rule *rule,
                   const struct problem *problem, enum stationary_elements elements,
                   const char *label, struct covariance_groups *groups,
                   struct comparison **rows, size_t *count, struct error *error);

/* Measures the variance of one mode with curvature h and noise variance c. */
PNM_MUST_USE int stationary_mode(const struct sampling *sampling,
                                 const struct rule *rule, double h, double c,
                                 const char *label, struct comparison *row,
                                 struct error *error);

/* The relative precision of each mode's variance by which a sum with independent errors
 * has the relative precision wanted: `total` is its exact value, `squares` the sum of
 * the squares of its derivatives by the variances' logarithms. At most
 * STATIONARY_COARSEST, so that a function of the variances is close to linear. */
#define STATIONARY_COARSEST 0.1
double stationary_share(double precision, double total, double squares);

/* The share for the excess loss of a rule, `precision` itself if its modes have no
 * exact law or run together. */
PNM_MUST_USE int stationary_excess_share(const struct rule *rule,
                                         const struct problem *problem,
                                         double precision, double *share,
                                         struct error *error);

/* The excess loss of a rule's modes, the sum of h Sigma/2 over its diagonal rows. Modes
 * that run separately have independent errors; for modes that run together the errors
 * are added, which is an upper bound. */
struct evidence stationary_excess(const struct comparison *rows, size_t count,
                                  bool together);

#endif
