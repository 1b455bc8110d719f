/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roots.h: all complex roots of a small polynomial, each with a bound of its error.
 *
 * The polynomial is x^n + c[n-1] x^(n-1) + ... + c[0], n <= ROOTS_MOST. Aberth's method
 * finds the roots together. A small root is found to the relative accuracy of the
 * coefficients, however large the others are: that is why coefficients are taken about
 * the point that the wanted roots lie near. */
#ifndef PNM_ROOTS_H
#define PNM_ROOTS_H

#include "base/quad.h"

#include <stdbool.h>

enum { ROOTS_MOST = 8 };

struct root {
    double re, im;
};

struct root_quad {
    quad re, im;
};

/* Fills in the roots and, where error is not NULL, bounds of their errors. If `near` is
 * true, root[] holds approximations. False if they do not converge or are not finite.
 */
bool roots_double(int n, const double *c, bool near, struct root *root, double *error);
bool roots_quad(int n, const quad *c, bool near, struct root_quad *root, double *error);

#endif
