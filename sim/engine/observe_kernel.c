/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/observe_kernel.h"

#include "rules/rule_loops.h"

#include "rules/rule.h"

#include <math.h>

void ISA_NAME(observe_centre)(size_t steps, const double *restrict centre,
                              double *restrict trajectory)
{
    for (size_t k = 0; k < steps; k++)
        for (size_t lane = 0; lane < RULE_LANES; lane++)
            trajectory[k * RULE_LANES + lane] -= centre[lane];
}

void ISA_NAME(observe_moments)(size_t steps, const double *restrict trajectory,
                               double *restrict sum, double *restrict square)
{
    for (size_t first = 0; first < RULE_LANES; first += LANE_GROUP) {
        /* Sums the block before adding it to the total, so that numbers of like size
         * are added. */
        double own_sum[LANE_GROUP] = {0}, own_square[LANE_GROUP] = {0};
        for (size_t k = 0; k < steps; k++)
            for (size_t lane = 0; lane < LANE_GROUP; lane++) {
                const double x = trajectory[k * RULE_LANES + first + lane];
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
    for (size_t first = 0; first < RULE_LANES; first += LANE_GROUP) {
        double own[LANE_GROUP] = {0};
        for (size_t k = 0; k < steps; k++)
            for (size_t lane = 0; lane < LANE_GROUP; lane++) {
                const size_t at = k * RULE_LANES + first + lane;
                own[lane] = fma(a[at], b[at], own[lane]);
            }
        for (size_t lane = 0; lane < LANE_GROUP; lane++)
            product[first + lane] += own[lane];
    }
}

void ISA_NAME(observe_direction)(const double *restrict trajectory, double per_rate,
                                 double mean, double use, double *restrict chain)
{
    double *restrict last_theta = chain + OBSERVE_LAST_THETA * RULE_LANES;
    double *restrict last_u = chain + OBSERVE_LAST_U * RULE_LANES;
    double *restrict sum = chain + OBSERVE_SUM * RULE_LANES;
    double *restrict square = chain + OBSERVE_SQUARE * RULE_LANES;
    double *restrict lag1 = chain + OBSERVE_LAG1 * RULE_LANES;
#pragma omp simd
    for (int lane = 0; lane < RULE_LANES; lane++) {
        const double theta = trajectory[lane];
        const double u = use * fma(last_theta[lane] - theta, per_rate, -mean);
        sum[lane] += u;
        square[lane] = fma(u, u, square[lane]);
        lag1[lane] = fma(u, last_u[lane], lag1[lane]);
        last_theta[lane] = theta;
        last_u[lane] = u;
    }
}

void ISA_NAME(observe_pull)(double h, double centre, double slope, double sd,
                            const double *restrict z, const double *restrict xi,
                            double *restrict gradient)
{
    for (size_t lane = 0; lane < RULE_LANES; lane++)
        gradient[lane] = fma(sd, xi[lane], h * (z[lane] - centre) + slope);
}

/* The sums that a loop holds in registers: four rows, which share what is loaded of
 * `in`, by two vectors of lanes. The order of a sum over j does not depend on these
 * numbers. */
#ifdef __AVX512F__
enum { ROTATE_ROWS = 4, ROTATE_LANES = 16 };
#else
enum { ROTATE_ROWS = 4, ROTATE_LANES = 8 };
#endif

__attribute__((always_inline)) static inline void
rotate_rows(size_t rows, size_t n, const double *restrict matrix,
            const double *restrict in, double *restrict out)
{
    double own[ROTATE_ROWS][ROTATE_LANES] = {{0}};
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < rows; i++) {
            const double weight = matrix[i * n + j];
            /* Without the pragma the compiler unrolls the lanes before it vectorises.
             */
#pragma omp simd
            for (size_t lane = 0; lane < ROTATE_LANES; lane++)
                own[i][lane] = fma(weight, in[j * RULE_LANES + lane], own[i][lane]);
        }
    for (size_t i = 0; i < rows; i++)
        for (size_t lane = 0; lane < ROTATE_LANES; lane++)
            out[i * RULE_LANES + lane] = own[i][lane];
}

void ISA_NAME(observe_rotate)(size_t n, const double *restrict matrix,
                              const double *restrict in, double *restrict out)
{
    for (size_t first = 0; first < RULE_LANES; first += ROTATE_LANES) {
        size_t i = 0;
        for (; i + ROTATE_ROWS <= n; i += ROTATE_ROWS)
            rotate_rows(ROTATE_ROWS, n, matrix + i * n, in + first,
                        out + i * RULE_LANES + first);
        for (; i < n; i++)
            rotate_rows(1, n, matrix + i * n, in + first, out + i * RULE_LANES + first);
    }
}

void ISA_NAME(observe_correlate)(size_t n, size_t length, const double *restrict factor,
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
