/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stable_set.h: all learning rates at which a linear rule is stable.
 *
 * On one mode the coefficients of the characteristic polynomial are linear in the
 * learning rate if the gradient enters a step once, as in all rules that are built in:
 * it is d(z) + lr n(z). An eigenvalue z on the unit circle then fixes the rate, -d/n,
 * which must be real. That leaves few z, and so all rates at which stability may change
 * are known: nothing can lie between the points of a scan. */
#ifndef PNM_STABLE_SET_H
#define PNM_STABLE_SET_H

#include "base/error.h"
#include "rules/characteristic.h"

#include <stdbool.h>
#include <stddef.h>

/* A - I and b of a rule at curvature h with its weight decay; defined for the learning
 * rate 0 as well. */
typedef void system_function(const struct rule *rule, double h,
                             struct linear_system *system);

/* A rule on one mode, at any learning rate. Refers to the rule. */
struct mode {
    const struct rule *rule;
    double h;
    system_function *system;
    bool linear; /* the coefficients are linear in the learning rate: */
    struct characteristic rest, gain; /* at rate 0, and what they gain per unit of it */
};

void mode_init(struct mode *mode, const struct rule *rule, double h,
               system_function *system);

/* 1 - rho at a learning rate, as characteristic_margin. */
PNM_MUST_USE int mode_margin(const struct mode *mode, double lr, double *margin,
                             struct error *error);

struct interval {
    double from, to; /* to may be INFINITY */
};

enum { STABLE_SET_MOST = 64 };

/* The learning rates > 0 at which a rule is stable: open intervals in ascending order.
 */
struct stable_set {
    size_t count;
    struct interval interval[STABLE_SET_MOST];
};

/* All stable rates of one mode. If the coefficients are not linear in the rate, they
 * are found by a scan from 2^-100 to 2^100 inverse curvatures in steps of 2^(1/8): then
 * an interval or a gap shorter than a step may be missed. STATUS_SOFTWARE if there are
 * more than STABLE_SET_MOST intervals, and as mode_margin. */
PNM_MUST_USE int stable_set_of(const struct mode *mode, struct stable_set *set,
                               struct error *error);

/* Keeps the rates of *set that are in *other as well. */
PNM_MUST_USE int stable_set_intersect(struct stable_set *set,
                                      const struct stable_set *other,
                                      struct error *error);

/* The interval that matters for a rate: the one that holds it, otherwise the nearest
 * one below it, otherwise the lowest one; {0, 0} if there is none. */
struct interval stable_set_around(const struct stable_set *set, double lr);

#endif
