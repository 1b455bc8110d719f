/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gap_bound.h: theorem 4.2's bound for the paper's Q(gamma) = N(0, gamma eta/(2B) I),
 * once in real and once in complex arithmetic, for the claims on its slope. */
#ifndef PNM_GAP_BOUND_H
#define PNM_GAP_BOUND_H

#include <complex.h>

/* The number of parameters with which claims evaluate eq. 20. */
#define GAP_DIMENSION 10.0

/* A setting of eqs. 15-23. Its trace term has the factor 1/lambda as eq. 22 prints it,
 * or lambda as eq. 21 gives it. */
struct gap {
    double eta, batch, lambda;
    double trace_factor;
};

struct gap gap_printed(double eta, double batch, double lambda);
struct gap gap_corrected(double eta, double batch, double lambda);

/* The divergence per parameter: (trace_factor v - log(lambda v) - 1)/2 with v = gamma
 * eta/(2B) and theta* = 0. */
double gap_divergence(const struct gap *gap, double gamma);

/* Eq. 20; NAN if what stands under the root is negative. */
double gap_bound(const struct gap *gap, double gamma);

/* d bound/d gamma, from eqs. 43 and 23. */
double gap_slope(const struct gap *gap, double gamma);

/* The same from eqs. 20 and 22 alone: the imaginary part of the bound at gamma + i s
 * over s, which for a tiny s is exact to rounding. */
double gap_slope_complex(const struct gap *gap, double gamma);

#endif
