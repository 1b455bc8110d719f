/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quad_lu.h: a few linear equations in quads. */
#ifndef PNM_QUAD_LU_H
#define PNM_QUAD_LU_H

#include "base/quad.h"

enum { QUAD_LU_MOST = 64 };

/* The equations M x = right: size x size row-major, size <= QUAD_LU_MOST. */
struct quad_lu {
    quad *matrix; /* M, then its factors: the caller's */
    int size;
    int order[QUAD_LU_MOST]; /* row of M that became row k */
};

/* Factors M in place, by elimination with the pivots that are largest beside their
 * rows. False if M is singular or not finite. */
bool quad_lu_decompose(struct quad_lu *lu);

/* x <- M^-1 x. */
void quad_lu_solve(const struct quad_lu *lu, quad *x);

/* x <- (M')^-1 x. */
void quad_lu_solve_transposed(const struct quad_lu *lu, quad *x);

#endif
