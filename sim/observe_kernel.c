#include "observe_kernel.h"

#include "optimizer.h"

#include <math.h>

void ISA_NAME(centre_path)(size_t steps, const double *restrict centre,
                           double *restrict path)
{
    for (size_t k = 0; k < steps; k++)
        for (size_t lane = 0; lane < OPTIMIZER_LANES; lane++)
            path[k * OPTIMIZER_LANES + lane] -= centre[lane];
}

void ISA_NAME(observe_moments)(size_t steps, const double *restrict path,
                               double *restrict sum, double *restrict square)
{
    for (size_t first = 0; first < OPTIMIZER_LANES; first += LANE_GROUP) {
        /* A block's sums first, then added once: small numbers meet small numbers. */
        double own_sum[LANE_GROUP] = {0}, own_square[LANE_GROUP] = {0};
        for (size_t k = 0; k < steps; k++)
            for (size_t lane = 0; lane < LANE_GROUP; lane++) {
                const double x = path[k * OPTIMIZER_LANES + first + lane];
                own_sum[lane] += x;
                own_square[lane] = fma(x, x, own_square[lane]);
            }
        for (size_t lane = 0; lane < LANE_GROUP; lane++) {
            sum[first + lane] += own_sum[lane];
            square[first + lane] += own_square[lane];
        }
    }
}

void ISA_NAME(observe_product)(size_t steps, const double *restrict a,
                               const double *restrict b, double *restrict product)
{
    for (size_t first = 0; first < OPTIMIZER_LANES; first += LANE_GROUP) {
        double own[LANE_GROUP] = {0};
        for (size_t k = 0; k < steps; k++)
            for (size_t lane = 0; lane < LANE_GROUP; lane++) {
                const size_t at = k * OPTIMIZER_LANES + first + lane;
                own[lane] = fma(a[at], b[at], own[lane]);
            }
        for (size_t lane = 0; lane < LANE_GROUP; lane++)
            product[first + lane] += own[lane];
    }
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

void ISA_NAME(rotate)(size_t n, const double *restrict matrix,
                      const double *restrict in, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t first = 0; first < OPTIMIZER_LANES; first += LANE_GROUP) {
            double own[LANE_GROUP] = {0};
            for (size_t j = 0; j < n; j++) {
                const double weight = matrix[i * n + j];
                const double *restrict from = in + j * OPTIMIZER_LANES + first;
                for (size_t lane = 0; lane < LANE_GROUP; lane++)
                    own[lane] = fma(weight, from[lane], own[lane]);
            }
            for (size_t lane = 0; lane < LANE_GROUP; lane++)
                out[i * OPTIMIZER_LANES + first + lane] = own[lane];
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
