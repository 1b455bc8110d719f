/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pseudo_huber.c: a parabola that turns smoothly into a line.
 *
 * phi(x) = (g^2/L) (sqrt(1 + u^2) - 1) with u = L x/g, g = G/sqrt(n);
 * phi'(x) = g u/sqrt(1 + u^2), so |phi'| < g, approached as |x| grows;
 * phi''(x) = L (1 + u^2)^(-3/2), so 0 < phi'' <= L, attained at 0. */
#include <math.h>

#define LOSS pseudo_huber
enum { CURVATURE, SLOPE, PER_SLOPE, SCALE, CONSTANTS };

static inline void coordinate(const double *constant, double x, double *value,
                              double *slope)
{
    const double u = constant[PER_SLOPE] * x;
    const double root = sqrt(fma(u, u, 1.0));
    /* sqrt(1 + u^2) - 1 without cancellation. */
    *value = constant[SCALE] * (u * u / (1 + root));
    *slope = constant[SLOPE] * (u / root);
}

static void own_constants(double *constant)
{
    constant[PER_SLOPE] = constant[CURVATURE] / constant[SLOPE];
    constant[SCALE] = constant[SLOPE] * constant[SLOPE] / constant[CURVATURE];
}

#include "losses/separable.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .summary = "pseudo-Huber: a parabola that turns smoothly into a line",
    .formula = "sum_i (g^2/L) [sqrt(1 + (L theta_i/g)^2) - 1], g = G/sqrt(n)",
    .source = "Charbonnier et al., IEEE Trans. Image Process. 6 (1997) 298",
};
