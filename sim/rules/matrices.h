/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matrices.h: the matrices of a linear update rule that is read from a file. On
 * curvature h its state s = (theta, other numbers) moves as
 *
 *     s' = (A0 + lr h A1) s + lr b xi,    theta* = 0,
 *
 * where xi is the gradient's noise. The file has a row for each number of the state, at
 * most four: the row of A0, the row of A1, and the entry of b:
 *
 *     # Nesterov with beta = 0.9: theta' = theta - lr (1+beta) g - beta^2 lr d, d' =
 *     # beta d + g; the state is (theta, lr d)
 *     1  -0.81   -1.9  0   -1.9
 *     0   0.9     1    0    1
 *
 * If the rule takes its gradient at theta alone, A1 is b times (1, 0, ...), as above.
 * Such a rule runs on every loss; others run on quadratic losses in their eigenbasis
 * only. */
#ifndef PNM_MATRICES_H
#define PNM_MATRICES_H

#include <stdbool.h>

enum { MATRICES_STATE = 4 };

/* Row-major; rows and columns that the file does not have are 0. */
struct matrices {
    double a0[MATRICES_STATE * MATRICES_STATE];
    double a1[MATRICES_STATE * MATRICES_STATE];
    double b[MATRICES_STATE];
};

/* The matrices of gradient descent: 1, -1, -1. */
void matrices_default(struct matrices *matrices);

/* Whether the rule takes gradients elsewhere than at theta: A1 is not b times
 * (1, 0, ...). */
bool matrices_are_curved(const struct matrices *matrices);

/* Whether theta itself, without a gradient, moves the state: the first column of A0 is
 * not 1, 0, ... */
bool matrices_are_pulled(const struct matrices *matrices);

#endif
