/* SPDX-License-Identifier: GPL-3.0-or-later */
/* growth.h: the growth factor of a linear rule, measured from noiseless chains of its
 * implemented step. Nothing here knows theory or matrices.
 *
 * On one mode of curvature h with theta* = 0 and without noise the rule is run from
 * every unit vector of its state (theta, slots) at once, so that no start can miss the
 * dominant eigenvector. Let N_t be the root of the sum of squares of all chains'
 * states: log N_t grows by the logarithm of the spectral radius a step, up to a bounded
 * oscillation if the dominant eigenvalues are complex. The increments are averaged over
 * t in [2^k, 2^{k+1}) with weights exp(-1/(x(1-x))), x in (0,1) across the window. The
 * error that an oscillation leaves in this average falls faster than any power of the
 * length (Das, Saiki, Sander, Yorke, Nonlinearity 30, 2017). Windows double until two
 * agree. */
#ifndef PNM_GROWTH_H
#define PNM_GROWTH_H

#include "rules/rule.h"

#include <stdbool.h>

/* Two windows agree if they differ by at most GROWTH_SETTLED of the later one's value,
 * or by GROWTH_ROUNDING a step. */
#define GROWTH_SETTLED 1e-5
#define GROWTH_ROUNDING 1e-15

struct growth {
    double log_factor; /* natural log of the growth a step; -INFINITY: the state becomes
                          0; INFINITY: overflow */
    double
        error; /* by how much the last two windows differ, at least GROWTH_ROUNDING */
    bool settled; /* whether two windows agreed before 2^20 steps; they do not if the
                     matrix is nearly defective, or its transients take longer */
};

/* Whether chains shrink or grow, if they tell: UNKNOWN if the growth is not three times
 * its error. Chains that grow by 1/t a step, as those of a momentum near 1 do for 1/(1
 * - beta1) steps, are of that kind. */
enum trend { TREND_SHRINKS, TREND_GROWS, TREND_UNKNOWN };
enum trend growth_trend(struct growth growth);

/* The growth of the rule at curvature h; its parameters are used as they are. */
struct growth growth_measure(const struct rule *rule, double h);

#endif
