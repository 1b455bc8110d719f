/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gaussian.h: Gaussians in two dimensions, for the claims on divergences. */
#ifndef PNM_GAUSSIAN_H
#define PNM_GAUSSIAN_H

#include "theory/pac_bayes.h"
#include "verdict/ledger.h"

enum { GAUSSIAN_N = 2 };

struct gaussian {
    double mean[GAUSSIAN_N];
    double covariance[GAUSSIAN_N * GAUSSIAN_N];
};

/* Logarithm of the density at x, from the definition with the 2 x 2 inverse written
 * out. */
double gaussian_log_density(const struct gaussian *gaussian, const double *x);

/* E f(x) over the Gaussian by Gauss-Hermite quadrature: exact for the polynomials of
 * low degree that occur here. STATUS_MEMORY; STATUS_USAGE if the covariance is none. */
PNM_MUST_USE int gaussian_quadrature(const struct gaussian *gaussian,
                                     double (*f)(const double *x, const void *context),
                                     const void *context, double *mean,
                                     struct error *error);

/* Estimates E f(x) from independent draws; sets the evidence's mean and standard error.
 */
PNM_MUST_USE int gaussian_monte_carlo(const struct ledger *ledger,
                                      const struct claim *claim,
                                      const struct gaussian *gaussian,
                                      double (*f)(const double *x, const void *context),
                                      const void *context, struct evidence *evidence,
                                      struct error *error);

#endif
