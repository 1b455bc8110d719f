/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_direction.h: statistics of the direction that a rule applies, u_t = (theta_t
 * - theta_{t+1}) / eta_applied, on a loss of one coordinate, for each chain over its
 * recorded directions.
 *
 * They may have control variates (control.h). On a linear loss u_t is a sum of filters
 * of the noise at the poles of the rule's slots and of the noise itself. So a chain's
 * mean of u is a sum of these filters' sums, its square is one of products of such
 * sums, and the means of u_t^2 and of u_t u_{t-1} are sums of the means of products of
 * filters at one step, because y_{t-1} = (y_t - xi_t)/rho. All these have known
 * expectations. */
#ifndef PNM_ENSEMBLE_DIRECTION_H
#define PNM_ENSEMBLE_DIRECTION_H

#include "engine/ensemble.h"

enum direction_quantity {
    DIRECTION_MEAN,     /* mean of u */
    DIRECTION_VARIANCE, /* mean of (u - mean)^2 */
    DIRECTION_LAG1,     /* mean of (u_t - mean)(u_{t-1} - mean) */
    DIRECTION_LONG_RUN, /* (sum of u - mean)^2 / count */
    DIRECTION_QUANTITIES
};

struct direction {
    uint64_t count;             /* directions a chain, steps - burn_in - 1 */
    struct comoments comoments; /* with control variates, if there are any */
    struct comoments plain;     /* of the same chains, without */
};

/* Filters of the noise with coefficients of their products, for DIRECTION_MEAN of their
 * sums. */
struct direction_control {
    struct filters filters;
    double coefficient[DIRECTION_QUANTITIES][CONTROL_PRODUCTS];
};

/* Sets filters at the poles of a linear rule's slots, and one next to 0, which is
 * almost the noise itself; a rule without slots has two of these. A rule with several
 * gradient samples has that one alone, for each sample; one with complex poles or too
 * many samples has no filters. Coefficients become 0. STATUS_SOFTWARE as poles_of. */
PNM_MUST_USE int direction_control_init(struct direction_control *control,
                                        const struct rule *rule, struct error *error);

/* Samples the directions' statistics. `mean` is the exact mean of u, on which all but
 * DIRECTION_MEAN are centred. The noise must not be dense. control may be NULL; it
 * needs at least two directions a chain, and noise of variance 1. */
PNM_MUST_USE int ensemble_direction(const struct ensemble *ensemble,
                                    struct chains chains, double mean,
                                    const struct direction_control *control,
                                    struct direction *direction, struct error *error);

/* Runs a pilot of the ensemble. Sets the coefficients by least squares, and residual[]
 * to the variances over chains of what they leave of each quantity. */
PNM_MUST_USE int ensemble_direction_fit(const struct ensemble *ensemble,
                                        struct chains chains, double mean,
                                        struct direction_control *control,
                                        double residual[DIRECTION_QUANTITIES],
                                        struct error *error);

#endif
