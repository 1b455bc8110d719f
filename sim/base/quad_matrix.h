/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quad_matrix.h: products of small row-major matrices of quads. Results do not overlap
 * what they are computed from. */
#ifndef PNM_QUAD_MATRIX_H
#define PNM_QUAD_MATRIX_H

#include "base/quad.h"

/* The largest number of rows and columns. */
enum { QUAD_MATRIX_MOST = 8 };

/* out = a x for n x n a and n x m x. */
void quad_matrix_multiply(int n, int m, const quad *a, const quad *x, quad *out);

/* out <- out + p x r' for n x n p, n x m x, m x m r. */
void quad_matrix_add_congruence(int n, int m, const quad *p, const quad *r,
                                const quad *x, quad *out);

#endif
