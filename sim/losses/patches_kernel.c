/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/patches_kernel.h"

#include "base/elementary.h"
#include "losses/product.h"

static void product(size_t rows, size_t inner, size_t lanes, const double *restrict x,
                    const double *restrict y, double *restrict out)
{
    product_of(rows, inner, lanes, (struct product_matrix){x, inner, 1}, y, out);
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
