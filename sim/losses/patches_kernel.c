/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/patches_kernel.h"

#include "base/elementary.h"

enum { LANES = PATCHES_LANES };

/* Rows of a product that a loop holds in registers, eight lanes each: as many as fit.
 */
#ifdef __AVX512F__
enum { ROWS = 10 };
#else
enum { ROWS = 4 };
#endif

/* `rows` is a constant at each call. */
__attribute__((always_inline)) static inline void
block(size_t rows, size_t inner, size_t lanes, const double *restrict x,
      const double *restrict y, double *restrict out)
{
    double sum[ROWS][LANES];
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < LANES; l++)
            sum[r][l] = 0;
    for (size_t s = 0; s < inner; s++)
        for (size_t r = 0; r < rows; r++)
#pragma omp simd
            for (size_t l = 0; l < LANES; l++)
                sum[r][l] = fma(x[r * inner + s], y[s * lanes + l], sum[r][l]);
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < LANES; l++)
            out[r * lanes + l] = sum[r][l];
}

static void product(size_t rows, size_t inner, size_t lanes, const double *restrict x,
                    const double *restrict y, double *restrict out)
{
    for (size_t l = 0; l < lanes; l += LANES) {
        size_t r = 0;
        for (; r + ROWS <= rows; r += ROWS)
            block(ROWS, inner, lanes, x + r * inner, y + l, out + r * lanes + l);
        for (; r < rows; r++)
            block(1, inner, lanes, x + r * inner, y + l, out + r * lanes + l);
    }
}

static void cubes(size_t rows, size_t lanes, const double *restrict score,
                  double *restrict sum)
{
    for (size_t l = 0; l < lanes; l++)
        sum[l] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < lanes; l++) {
            const double a = score[r * lanes + l];
            sum[l] = fma(a * a, a, sum[l]);
        }
}

static void squares(size_t rows, size_t lanes, const double *restrict weight,
                    double *restrict score)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < lanes; l++) {
            const double a = score[r * lanes + l];
            score[r * lanes + l] = weight[l] * a * a;
        }
}

/* With u = exp(-|margin|) both are found without overflow. What is below e^-300 counts
 * as 0: it moves no weight, and products with it would be below the normal numbers,
 * which are slow. */
static void logistic(size_t lanes, const double *restrict margin, double *restrict loss,
                     double *restrict slope)
{
    for (size_t l = 0; l < lanes; l++) {
        const double m = margin[l], a = fabs(m);
        const double u = a < 300 ? elementary_exp(-a) : 0;
        loss[l] = elementary_log1p(u) + (m < 0 ? a : 0);
        slope[l] = (m < 0 ? 1 : u) / (1 + u);
        /* What is no number stays none. */
        loss[l] += m - m;
    }
}

const struct patches_kernel ISA_NAME(patches_kernel) = {
    .product = product,
    .cubes = cubes,
    .squares = squares,
    .logistic = logistic,
};
