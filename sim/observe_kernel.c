#include "observe_kernel.h"

#include "optimizer.h"

#include <math.h>

void ISA_NAME(observe_moments)(size_t steps, const double *restrict path,
                               const double *restrict centre, double *restrict sum,
                               double *restrict square)
{
    /* A block's sums first, then added once: small numbers meet small numbers. */
    double block_sum[OPTIMIZER_LANES] = {0}, block_square[OPTIMIZER_LANES] = {0};
    for (size_t k = 0; k < steps; k++)
#pragma omp simd
        for (int lane = 0; lane < OPTIMIZER_LANES; lane++) {
            const double x = path[k * OPTIMIZER_LANES + (size_t)lane] - centre[lane];
            block_sum[lane] += x;
            block_square[lane] = fma(x, x, block_square[lane]);
        }
#pragma omp simd
    for (int lane = 0; lane < OPTIMIZER_LANES; lane++) {
        sum[lane] += block_sum[lane];
        square[lane] += block_square[lane];
    }
}

void ISA_NAME(observe_product)(size_t steps, const double *restrict a, double a_centre,
                               const double *restrict b, double b_centre,
                               double *restrict product)
{
    double block[OPTIMIZER_LANES] = {0};
    for (size_t k = 0; k < steps; k++)
#pragma omp simd
        for (int lane = 0; lane < OPTIMIZER_LANES; lane++) {
            const size_t at = k * OPTIMIZER_LANES + (size_t)lane;
            block[lane] = fma(a[at] - a_centre, b[at] - b_centre, block[lane]);
        }
#pragma omp simd
    for (int lane = 0; lane < OPTIMIZER_LANES; lane++)
        product[lane] += block[lane];
}

void ISA_NAME(observe_direction)(const double *restrict path, double per_rate,
                                 double mean, double use, double *restrict chain)
{
    double *restrict last_theta = chain + OBSERVE_LAST_THETA * OPTIMIZER_LANES;
    double *restrict last_u = chain + OBSERVE_LAST_U * OPTIMIZER_LANES;
    double *restrict sum = chain + OBSERVE_SUM * OPTIMIZER_LANES;
    double *restrict square = chain + OBSERVE_SQUARE * OPTIMIZER_LANES;
    double *restrict lag1 = chain + OBSERVE_LAG1 * OPTIMIZER_LANES;
#pragma omp simd
    for (int lane = 0; lane < OPTIMIZER_LANES; lane++) {
        const double theta = path[lane];
        const double u = use * fma(last_theta[lane] - theta, per_rate, -mean);
        sum[lane] += u;
        square[lane] = fma(u, u, square[lane]);
        lag1[lane] = fma(u, last_u[lane], lag1[lane]);
        last_theta[lane] = theta;
        last_u[lane] = u;
    }
}

void ISA_NAME(correlate)(size_t n, size_t length, const double *restrict factor,
                         const double *restrict normal, double *restrict noise)
{
    for (size_t i = 0; i < n; i++) {
        double *restrict row = noise + i * length;
        for (size_t k = 0; k < length; k++)
            row[k] = 0;
        for (size_t j = 0; j <= i; j++) {
            const double weight = factor[i * n + j];
            const double *restrict from = normal + j * length;
#pragma omp simd
            for (size_t k = 0; k < length; k++)
                row[k] = fma(weight, from[k], row[k]);
        }
    }
}
