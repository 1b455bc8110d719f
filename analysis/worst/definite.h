/* SPDX-License-Identifier: GPL-3.0-or-later */
/* definite.h: proves that a matrix is positive definite, whatever rounding did.
 *
 * L L' is semidefinite for every L, so nothing hangs on how L is found: rounded
 * arithmetic factors the matrix less a little of its diagonal. What is proven in balls
 * is that the remainder a - L L' is positive definite, because each number of its
 * diagonal is above the sum of the sizes of the others in its row (S. M. Rump,
 * Verification of positive definiteness, BIT 46, 2006, has the idea). An elimination in
 * balls would prove it too, but its radii grow with every row. */
#ifndef PNM_DEFINITE_H
#define PNM_DEFINITE_H

#include "base/error.h"
#include "worst/ball.h"

#include <stddef.h>

/* Sets *proven to whether every symmetric matrix in a (n x n, of which the lower half
 * is read) is proven to be positive definite. STATUS_MEMORY. */
PNM_MUST_USE int definite_prove(const struct ball *a, size_t n, bool *proven,
                                struct error *error);

/* Whether a lower triangular L (n x n, of which that half is read) proves it, however
 * it was found. excess[n] is to work with. */
bool definite_by_factor(const struct ball *a, size_t n, const quad *factor,
                        struct ball *excess);

#endif
