/* SPDX-License-Identifier: GPL-3.0-or-later */
/* product.h: the product of two matrices, compiled into the hot files that use it.
 *
 * out[r][l] = sum over s of x[r][s] y[s][l], each in the order of s by fma, so that its
 * bits depend neither on the width of a vector nor on the blocks. */
#ifndef PNM_PRODUCT_H
#define PNM_PRODUCT_H

#include <math.h>
#include <stddef.h>

enum { PRODUCT_LANES = 8 };

/* Rows of a product that a loop holds in registers, eight lanes each: as many as fit.
 */
#ifdef __AVX512F__
enum { PRODUCT_ROWS = 8 };
#else
enum { PRODUCT_ROWS = 4 };
#endif

/* A matrix whose element [r][s] is at value[r * row + s * inner]: a transposed one has
 * row 1. */
struct product_matrix {
    const double *value;
    size_t row, inner;
};

/* `rows` and `wide` are constants at each call. */
__attribute__((always_inline)) static inline void
product_block(size_t rows, size_t wide, size_t inner, size_t lanes,
              struct product_matrix x, size_t first, const double *restrict y,
              double *restrict out)
{
    double sum[PRODUCT_ROWS][PRODUCT_LANES];
    const double *restrict value = x.value + first * x.row;
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < wide; l++)
            sum[r][l] = 0;
    for (size_t s = 0; s < inner; s++)
        for (size_t r = 0; r < rows; r++)
#pragma omp simd
            for (size_t l = 0; l < wide; l++)
                sum[r][l] =
                    fma(value[r * x.row + s * x.inner], y[s * lanes + l], sum[r][l]);
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < wide; l++)
            out[(first + r) * lanes + l] = sum[r][l];
}

/* All rows of `wide` lanes from lane `from` on. */
__attribute__((always_inline)) static inline void
product_column(size_t wide, size_t from, size_t rows, size_t inner, size_t lanes,
               struct product_matrix x, const double *restrict y, double *restrict out)
{
    size_t r = 0;
    for (; r + PRODUCT_ROWS <= rows; r += PRODUCT_ROWS)
        product_block(PRODUCT_ROWS, wide, inner, lanes, x, r, y + from, out + from);
    for (; r + 4 <= rows; r += 4)
        product_block(4, wide, inner, lanes, x, r, y + from, out + from);
    for (; r < rows; r++)
        product_block(1, wide, inner, lanes, x, r, y + from, out + from);
}

/* x is rows x inner; y and out have rows of `lanes` numbers, of any number. */
__attribute__((always_inline)) static inline void
product_of(size_t rows, size_t inner, size_t lanes, struct product_matrix x,
           const double *restrict y, double *restrict out)
{
    size_t l = 0;
    for (; l + PRODUCT_LANES <= lanes; l += PRODUCT_LANES)
        product_column(PRODUCT_LANES, l, rows, inner, lanes, x, y, out);
    for (; l + 2 <= lanes; l += 2)
        product_column(2, l, rows, inner, lanes, x, y, out);
    for (; l < lanes; l++)
        product_column(1, l, rows, inner, lanes, x, y, out);
}

#endif
