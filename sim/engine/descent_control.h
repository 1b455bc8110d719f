/* SPDX-License-Identifier: GPL-3.0-or-later */
/* descent_control.h: control variates of moments at fixed steps, for linear rules on
 * the loss quadratic.
 *
 * There every coordinate is a mode of its own, and theta_t is what it is without noise
 * plus a sum of the noise so far, which is nearly a sum of filters y of that noise at
 * the rule's poles (control.h). For fixed numbers a and c_s,
 *     q = a + sum_s c_s y_s   has   E q^2 = a^2 + sum_rs c_r c_s E y_r y_s,
 * which is elementary and involves nothing of the rule, and
 *     theta^2 - q^2 + E q^2 = (theta - q)(theta + q) + E q^2
 * has the expectation of theta^2. So the control variates are the filters y_s
 * themselves, which carry the product of the start with the noise, and their products;
 * and their coefficients are those of a square. With a and c from a regression of
 * theta_t on the filters, over the chains of a pilot that is thrown away, theta - q and
 * with it the variance is small. Both moments are sums over coordinates of such
 * numbers; coordinates of equal curvature have one regression. */
#ifndef PNM_DESCENT_CONTROL_H
#define PNM_DESCENT_CONTROL_H

#include "engine/descent.h"

enum { DESCENT_PILOT = 64 }; /* chains of a pilot: one unit */

/* q of one group of coordinates at one step, and E q^2. */
struct descent_fit {
    double constant, coefficient[CONTROL_STATES];
    double square;
};

/* What the pilot says of one chain at one step. */
struct descent_forecast {
    double mean[DESCENT_QUANTITIES];
    /* Variances over chains without control variates, and with them. */
    double plain[DESCENT_QUANTITIES], controlled[DESCENT_QUANTITIES];
};

/* Coordinates of equal curvature, next to each other, are a group. */
struct descent_control {
    size_t points;  /* recorded steps */
    uint64_t *step; /* [point], ascending, > 0 */
    size_t groups;
    size_t *first;                     /* [groups + 1]: coordinates */
    struct filters *filters;           /* [group] */
    struct descent_fit *fit;           /* [point * groups + group] */
    struct descent_forecast *forecast; /* [point] */
};

/* Whether moments of these chains at `points` steps may have control variates: the loss
 * is quadratic, the rule has a linear law, there is noise, and there are not more
 * coordinates and regressions than memory and time should be spent on. */
bool descent_control_may(const struct descent *descent, size_t points);

/* Sets the filters, with coefficients of 0. Groups on which the rule is not stable have
 * none; *any tells whether another has. step is copied. STATUS_MEMORY, STATUS_SOFTWARE
 * as poles_of. descent_control_free is legal after a failure. */
PNM_MUST_USE int descent_control_init(struct descent_control *control,
                                      const struct descent *descent,
                                      const uint64_t *step, size_t points, bool *any,
                                      struct error *error);
void descent_control_free(struct descent_control *control);

/* Runs a pilot of the chains and sets coefficients and forecasts from it. *cut: the
 * time was up before, and nothing was set. STATUS_MEMORY, and what descent_run returns.
 */
PNM_MUST_USE int descent_control_fit(struct descent_control *control,
                                     const struct descent *descent, bool *cut,
                                     struct error *error);

/* A hash of steps, filters and coefficients. */
uint64_t descent_control_hash(const struct descent_control *control);

/* --- for descent.c only ----------------------------------------------------------- */

/* The filters of a unit while it runs, all states 0. The caller frees *lanes, one for
 * each coordinate. STATUS_MEMORY. */
PNM_MUST_USE int descent_control_start(const struct descent_control *control,
                                       struct control_lanes **lanes,
                                       struct error *error);

/* Advances them by `steps` steps of random numbers that are ordered by step, sample,
 * coordinate, lane. */
void descent_control_advance(const struct descent *descent,
                             const struct kernels *kernels, size_t steps,
                             const double *normal, struct control_lanes *lanes);

/* Sets moments[quantity] to those of the first `count` lanes at the block's recorded
 * step. */
void descent_control_moments(const struct descent *descent,
                             const struct descent_block *block, int count,
                             struct moments moments[DESCENT_QUANTITIES]);

#endif
