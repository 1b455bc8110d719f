/* SPDX-License-Identifier: GPL-3.0-or-later */
/* at_step.h: the exact law of theta after a fixed number of steps, which exists at any
 * curvature and learning rate, also where there is no stationary law. */
#ifndef PNM_AT_STEP_H
#define PNM_AT_STEP_H

#include "theory/theory.h"

struct at_step {
    /* Of modes i and j whose noise has covariance c. */
    double h_i, h_j, c;
    /* Of mode i: theta*, and theta at step 0 minus theta*. Slots are empty then. */
    double theta_star, offset;
    uint64_t step;
};

/* state <- A^t state + sum_{k<t} A^k d: what t noiseless steps of s -> A s + d lead to,
 * dim entries. */
void at_step_move(const struct linear_system *system, const quad *d, uint64_t t,
                  quad *state);

/* d[LINEAR_STATE] becomes what a noiseless step from theta = theta* and empty slots
 * adds to the state; false if that is nothing. */
bool at_step_drift(const struct rule *rule, double theta_star, quad *d);

/* Mean of theta - theta* of mode i and covariance of theta of modes i and j. The rule
 * has a linear law (rule_has_law). Sums of powers of A are formed by doubling, in
 * quads. */
enum exact_source at_step_law(const struct rule *rule, const struct at_step *at,
                              double *mean, double *covariance);

#endif
