/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rippled.c: Rastrigin's function with a pseudo-Huber bowl in place of its
 * parabola, so that its gradient is bounded: not convex, with many critical points.
 *
 * phi(x) = (b^2/C) (sqrt(1 + (C x/b)^2) - 1) + A (1 - cos(w x)), in which, with
 * g = G/sqrt(n), the bowl has slope at most b = g/2 and curvature at most C = L/16, and
 * the ripples have slope at most A w = g/2 and curvature at most A w^2 = 15 L/16; so
 * w = 15 L/(8 g), A = 4 g^2/(15 L).
 *
 *  - |phi'| < b + A w = g, approached as |x| grows, where sin(w x) = sign(x).
 *  - -15 L/16 <= phi'' <= C + A w^2 = L, attained at 0.
 *  - Both terms are at least 0, and the bowl is 0 at 0 only: f* = 0, attained there.
 *  - The bowl's slope is below that of the ripples everywhere, so phi' changes its sign
 *    twice in every period 2 pi/w: critical points without end, minima of which all but
 *    one are only local. About seven ripples fit into the bowl's width 2 b/C. */
#include "base/elementary.h"

#define LOSS rippled
enum { CURVATURE, SLOPE, PER_BOWL, BOWL, HEIGHT, HALF_TURNS, CONSTANTS };

static inline void coordinate(const double *constant, double x, double *value,
                              double *slope)
{
    const double half_slope = 0.5 * constant[SLOPE];
    const double u = constant[PER_BOWL] * x, root = sqrt(fma(u, u, 1.0));
    /* 1 - cos(w x) = 2 sin^2(w x/2), and w x/2 = pi turns. */
    const double turns = constant[HALF_TURNS] * x, sine = elementary_sin_pi(turns);
    *value =
        constant[BOWL] * (u * u / (1 + root)) + constant[HEIGHT] * (2 * sine * sine);
    *slope = half_slope * (u / root) + half_slope * elementary_sin_pi(2 * turns);
}

static void own_constants(double *constant)
{
    const double two_pi = 0x1.921fb54442d18p+2;
    const double curvature = constant[CURVATURE], g = constant[SLOPE];
    constant[PER_BOWL] = curvature / (8 * g);
    constant[BOWL] = 4 * g * g / curvature;
    constant[HEIGHT] = 4 * g * g / (15 * curvature);
    constant[HALF_TURNS] = 15 * curvature / (8 * g) / two_pi;
}

#include "losses/separable.h"

LOSS_KIND = {
    LOSS_TRAITS,
    .summary = "a pseudo-Huber bowl with ripples: not convex, many local minima",
    .formula = "sum_i [(4 g^2/L) (sqrt(1 + (L theta_i/8g)^2) - 1) + (4 g^2/15L) (1 - "
               "cos(15 L theta_i/8g))], g = G/sqrt(n)",
    .source = "after Rastrigin; Muehlenbein et al., Parallel Comput. 17 (1991) 619",
};
