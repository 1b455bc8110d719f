/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log_cosh.c: log cosh in every coordinate.
 *
 * phi(x) = (g^2/L) log cosh u with u = L x/g, g = G/sqrt(n);
 * phi'(x) = g tanh u, so |phi'| < g, approached as |x| grows;
 * phi''(x) = L (1 - tanh^2 u), so 0 < phi'' <= L, attained at 0. */
#include "base/elementary.h"

#define LOSS log_cosh
enum { CURVATURE, SLOPE, PER_SLOPE, SCALE, CONSTANTS };

/* With h = e^-a - 1, a = |u|, nothing cancels where u is small:
 *   e^-2a - 1 = h (2 + h) = m, so tanh a = (1 - e^-2a)/(1 + e^-2a) = -m/(2 + m);
 *   log cosh a = log(1 + 2 sinh^2(a/2)), and 2 sinh^2(a/2) = h^2/(2 (1 + h));
 *   for large a: log cosh a = a + log((1 + e^-2a)/2) = a + log(1 + m/2).
 * Beyond a = 700 e^-a vanishes in both, so a is cut there. */
static inline void coordinate(const double *constant, double x, double *value,
                              double *slope)
{
    const double u = constant[PER_SLOPE] * x, a = fabs(u);
    const double h = elementary_expm1(-(a < 700 ? a : 700));
    const double m = h * (2 + h), near = h * h / (2 * (1 + h));
    const double log_cosh = (a < 1 ? 0 : a) + elementary_log1p(a < 1 ? near : 0.5 * m);
    *value = constant[SCALE] * log_cosh;
    *slope = constant[SLOPE] * copysign(m / (2 + m), u);
}

static void own_constants(double *constant)
{
    constant[PER_SLOPE] = constant[CURVATURE] / constant[SLOPE];
    constant[SCALE] = constant[SLOPE] * constant[SLOPE] / constant[CURVATURE];
}

#include "losses/separable.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .summary = "log cosh in every coordinate",
    .formula = "sum_i (g^2/L) log cosh(L theta_i/g), g = G/sqrt(n)",
    .source = "Green, IEEE Trans. Med. Imaging 9 (1990) 84",
};
