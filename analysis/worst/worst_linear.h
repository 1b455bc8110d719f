/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_linear.h: small dense matrices of long doubles, row by row. */
#ifndef PNM_WORST_LINEAR_H
#define PNM_WORST_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

typedef long double wide;

/* `count` zeros, or NULL. */
wide *worst_linear_zeros(size_t count);

wide worst_linear_dot(const wide *a, const wide *b, size_t count);

/* out = a b, all n x n, with a symmetric b. */
void worst_linear_multiply(const wide *a, const wide *b, size_t n, wide *out);

/* out (rows x rows) = t a t' for t (rows x n) and a symmetric a; half is rows x n. */
void worst_linear_congruence(const wide *t, const wide *a, size_t rows, size_t n,
                             wide *half, wide *out);

/* a = L L', L in the lower half, of which alone a is read. False at a pivot that is not
 * positive; with `mend` such a pivot counts as infinite, so that its unknown becomes 0.
 */
bool worst_linear_factor(wide *a, size_t n, bool mend);

/* b becomes the solution x of L L' x = b. */
void worst_linear_solve(const wide *l, size_t n, wide *b);

/* Whether a + share b is positive definite; `work` is n x n. */
bool worst_linear_is_inside(const wide *a, const wide *b, wide share, size_t n,
                            wide *work);

#endif
