/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_check.h: proves bounds of a worst case, whoever found them.
 *
 * Both directions are a few lines of linear algebra in balls (ball.h), so that no
 * rounding can make a wrong bound pass. Neither knows how the numbers were found. */
#ifndef PNM_WORST_CHECK_H
#define PNM_WORST_CHECK_H

#include "worst/worst_problem.h"

#include <stdint.h>

/* Multipliers of the rows in whole units of 2^-bits. What must cancel exactly, the
 * balance of the values and of t, is so a matter of whole numbers. */
struct worst_multipliers {
    int bits;
    int64_t *unit; /* rows */
};

/* Whether the multipliers prove that the measured quantity is at most *bound, rounded
 * up: they are >= 0, f and t balance, and S is positive definite. If not, *reason says
 * why not. STATUS_MEMORY. */
PNM_MUST_USE int worst_check_above(const struct worst_problem *problem,
                                   const struct worst_multipliers *multipliers,
                                   double *bound, const char **reason,
                                   struct error *error);

/* A function: its vectors (basis x basis, a row each: the coordinates of a vector of
 * the problem's basis), its values, and t. */
struct worst_function {
    double *vector, *value;
    double t;
};

/* Whether the function's measured quantity is at least *bound, rounded down: all rows
 * are obeyed. If not, *reason says why not. STATUS_MEMORY. */
PNM_MUST_USE int worst_check_below(const struct worst_problem *problem,
                                   const struct worst_function *function, double *bound,
                                   const char **reason, struct error *error);

#endif
