/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/definite.h"

#include <stdlib.h>

/* The radii of row i of a symmetric matrix, of which the lower half is read. */
static quad row_radius(const struct ball *a, size_t n, size_t i)
{
    quad sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += j <= i ? a[i * n + j].radius : a[j * n + i].radius;
    return sum;
}

/* Sets `factor` (n x n, lower half) to L, where L L' is near the matrix less twice its
 * radii and a small share of its diagonal. False if rounded arithmetic finds none. */
static bool factor_near(const struct ball *a, size_t n, quad *factor)
{
    const quad root = quad_sqrt(QUAD_EPSILON), share = root * quad_sqrt(root);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            quad sum = a[i * n + j].mid;
            if (i == j)
                sum -= share * sum + 2 * row_radius(a, n, i);
            for (size_t k = 0; k < j; k++)
                sum -= factor[i * n + k] * factor[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            factor[i * n + j] = i == j ? quad_sqrt(sum) : sum / factor[j * n + j];
        }
    return true;
}

bool definite_by_factor(const struct ball *a, size_t n, const quad *factor,
                        struct ball *excess)
{
    for (size_t i = 0; i < n; i++)
        excess[i] = ball_of(0);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            struct ball rest = a[i * n + j];
            for (size_t k = 0; k <= j; k++)
                rest = ball_add(rest, ball_multiply(ball_of(-factor[i * n + k]),
                                                    ball_of(factor[j * n + k])));
            if (i == j) {
                excess[i] = ball_add(excess[i], rest);
                continue;
            }
            const struct ball less =
                ball_add(ball_of(-quad_abs(rest.mid)), ball_of(-rest.radius));
            excess[i] = ball_add(excess[i], less);
            excess[j] = ball_add(excess[j], less);
        }
    for (size_t i = 0; i < n; i++)
        if (!ball_is_positive(excess[i]))
            return false;
    return true;
}

int definite_prove(const struct ball *a, size_t n, bool *proven, struct error *error)
{
    int status = STATUS_OK;
    quad *factor = calloc(n * n + 1, sizeof *factor);
    struct ball *excess = calloc(n + 1, sizeof *excess);
    if (factor && excess)
        *proven = factor_near(a, n, factor) && definite_by_factor(a, n, factor, excess);
    else
        status = error_memory(error, "a proof that a matrix is positive definite");
    free(excess);
    free(factor);
    return status;
}
