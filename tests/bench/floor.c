/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor.c: compiled once for each instruction set, like the kernels.
 *
 * Box and Muller's transform to 1e-12 needs for a pair of numbers a logarithm, a square
 * root, a sine and a cosine, which takes about 24 multiply-adds (the polynomials: 6 for
 * the logarithm, 6 each for sine and cosine; the rest puts them together), one division
 * and one square root. Here the same number of them is done in an order that nothing
 * has to wait for: pairs are independent, and within a pair there are four short
 * chains. What this loop takes is therefore the time for which the arithmetic units are
 * busy, with no random words made, no bits moved, no exponents taken apart.
 *
 * The compiler can remove nothing, since every result reaches memory through
 * coefficients that are all different, and can reorder nothing without -ffast-math. */
#include "floor.h"

#include "engine/kernels.h"

#include <math.h>

#ifdef __FMA__
#define MULTIPLY_ADD(a, b, c) fma((a), (b), (c))
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif

floor_loop ISA_NAME(floor_pairs);

void ISA_NAME(floor_pairs)(size_t pairs, const double *restrict x,
                           const double *restrict y, double *restrict first,
                           double *restrict second)
{
#pragma omp simd
    for (size_t i = 0; i < pairs; i++) {
        const double u = x[i], v = y[i];
        double p = 0.11, q = 0.12, r = 0.13, s = 0.14;
        p = MULTIPLY_ADD(p, u, 0.21);
        q = MULTIPLY_ADD(q, v, 0.22);
        r = MULTIPLY_ADD(r, u, 0.23);
        s = MULTIPLY_ADD(s, v, 0.24);
        p = MULTIPLY_ADD(p, u, 0.31);
        q = MULTIPLY_ADD(q, v, 0.32);
        r = MULTIPLY_ADD(r, u, 0.33);
        s = MULTIPLY_ADD(s, v, 0.34);
        p = MULTIPLY_ADD(p, u, 0.41);
        q = MULTIPLY_ADD(q, v, 0.42);
        r = MULTIPLY_ADD(r, u, 0.43);
        s = MULTIPLY_ADD(s, v, 0.44);
        p = MULTIPLY_ADD(p, u, 0.51);
        q = MULTIPLY_ADD(q, v, 0.52);
        r = MULTIPLY_ADD(r, u, 0.53);
        s = MULTIPLY_ADD(s, v, 0.54);
        p = MULTIPLY_ADD(p, u, 0.61);
        q = MULTIPLY_ADD(q, v, 0.62);
        r = MULTIPLY_ADD(r, u, 0.63);
        s = MULTIPLY_ADD(s, v, 0.64);
        p = MULTIPLY_ADD(p, u, 0.71);
        r = MULTIPLY_ADD(r, u, 0.73); /* 22 */
        first[i] = MULTIPLY_ADD(p, q, u / v);
        second[i] = MULTIPLY_ADD(r, s, sqrt(v)); /* 24 */
    }
}
