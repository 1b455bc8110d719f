/* SPDX-License-Identifier: GPL-3.0-or-later */
/* characteristic.h: the characteristic polynomial of a linear rule, about 1 and about
 * -1.
 *
 * Near the limit of stability, and at momenta near 1, eigenvalues of A lie within 1e-16
 * of the unit circle and near each other, so that 1 - rho is less than the rounding of
 * rho. The roots of the polynomial about 1 and -1 are the eigenvalues' distances from
 * these points, and 1 - |z| follows from them without the 1. */
#ifndef PNM_CHARACTERISTIC_H
#define PNM_CHARACTERISTIC_H

#include "base/roots.h"
#include "rules/linear_system.h"

/* c[0] are the coefficients of det(x I - (A - I)), c[1] those of det(x I - (A + I)),
 * that of x^k at k; that of x^dim is 1. */
struct characteristic {
    int dim;
    quad c[2][LINEAR_STATE];
};

void characteristic_of(const struct linear_system *system,
                       struct characteristic *polynomial);

/* 1 - rho: > 0 if and only if the rule is stable. Right to 1e-12 relative, or as far as
 * the coefficients are; 0 if 113 bits do not tell its sign. Computed with
 * doubles where these are enough. STATUS_SOFTWARE if the eigenvalues are beyond the
 * range of quads, the iteration does not converge, or there are none (dim 0). */
PNM_MUST_USE int characteristic_margin(const struct characteristic *polynomial,
                                       double *margin, struct error *error);

/* An eigenvalue of A is about + from, about being the nearer of 1 and -1. */
struct eigenvalue {
    int about;
    struct root_quad from;
};

/* Sets all dim eigenvalues, to the digits of quads. A pair of conjugates is nowhere
 * taken for two real ones, nor the other way round, unless its imaginary part is below
 * its error. STATUS_SOFTWARE as characteristic_margin. */
PNM_MUST_USE int characteristic_eigenvalues(const struct characteristic *polynomial,
                                            struct eigenvalue *eigenvalue,
                                            struct error *error);

#endif
