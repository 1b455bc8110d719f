/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diagonal.h: value and gradient of f = sum_i h_i theta_i^2 / 2, where h_i is data[i].
 *
 * A file that includes this header has defined LOSS, its name without quotes,
 * parameters[] and init, which sets data. */
#include "losses/loss.h"

#ifdef ISA
static void evaluate(const struct loss *loss, const double *restrict theta,
                     double *restrict gradient, double *restrict value)
{
    double sum[LOSS_LANES] = {0};
    for (size_t i = 0; i < loss->n; i++, theta += LOSS_LANES, gradient += LOSS_LANES)
        for (int lane = 0; lane < LOSS_LANES; lane++) {
            gradient[lane] = loss->data[i] * theta[lane];
            sum[lane] = fma(0.5 * gradient[lane], theta[lane], sum[lane]);
        }
    for (int lane = 0; lane < LOSS_LANES; lane++)
        value[lane] = sum[lane];
}

LOSS_LOOPS = {LOSS_LOOPS_OF(evaluate)};
#endif

static double evaluate_one(const struct loss *loss, const double *theta,
                           double *gradient)
{
    double sum = 0;
    for (size_t i = 0; i < loss->n; i++) {
        gradient[i] = loss->data[i] * theta[i];
        sum = fma(0.5 * gradient[i], theta[i], sum);
    }
    return sum;
}

LOSS_ASSERT(0);
