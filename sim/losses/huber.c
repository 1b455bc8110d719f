/* SPDX-License-Identifier: GPL-3.0-or-later */
/* huber.c: a parabola whose gradient is clipped, coordinate by coordinate.
 *
 * phi'(x) = min(max(L x, -g), g) with g = G/sqrt(n); phi is its integral from 0.
 * phi'' is L for |x| < g/L and 0 beyond, so |phi'(x) - phi'(y)| <= L |x - y| with
 * equality inside; |phi'| = g for |x| >= g/L. L and G are attained: ||grad f|| = G
 * where all |theta_i| >= G/(L sqrt(n)). */
#define LOSS huber
enum { CURVATURE, SLOPE, CONSTANTS };

static inline void coordinate(const double *constant, double x, double *value,
                              double *slope)
{
    const double curvature = constant[CURVATURE], g = constant[SLOPE];
    const double straight = curvature * x;
    const double low = straight < -g ? -g : straight;
    const double clipped = low > g ? g : low;
    *slope = clipped;
    *value = clipped * (x - clipped / (2 * curvature));
}

static void own_constants(double *constant)
{
    (void)constant;
}

#include "losses/separable.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .summary = "Huber's loss: a parabola whose gradient is clipped in every coordinate",
    .formula = "sum_i phi(theta_i), phi'(x) = min(max(L x, -g), g), g = G/sqrt(n)",
    .source = "Huber, Ann. Math. Statist. 35 (1964) 73",
};
