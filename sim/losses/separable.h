/* SPDX-License-Identifier: GPL-3.0-or-later */
/* separable.h: a loss that is a sum over coordinates, f = sum_i phi(theta_i), made
 * from phi.
 *
 * Such a file defines, and then includes this header:
 *
 *   LOSS            its name, without quotes
 *   CONSTANTS       enum constant: how many numbers of constant[] it uses
 *   coordinate(constant, x, value, slope), static inline: *value = phi(x), *slope =
 *       phi'(x). constant[] is that of struct loss; its first two numbers are
 *       CURVATURE, the supremum of |phi''|, and SLOPE, that of |phi'|.
 *   own_constants(constant), which computes the other constants from these two.
 *
 * Its parameters are L and G. The Hessian is diagonal with entries phi''(theta_i), so
 * its largest norm, which is the smallest L, is sup |phi''| whatever n. The gradient is
 * largest where every coordinate is steepest: ||grad f||^2 = sum_i phi'(theta_i)^2, so
 * sup ||grad f|| = sqrt(n) sup |phi'|: the slope of phi is at most G/sqrt(n). Every phi
 * has its minimum, 0, at 0 and nowhere else. */
#include "losses/loss.h"

static const struct parameter parameters[] = {
    LOSS_PARAMETER_SMOOTHNESS,
    LOSS_PARAMETER_GRADIENT_BOUND,
};
enum { SMOOTHNESS, GRADIENT_BOUND }; /* places in parameters[] */

static int init(struct loss *loss, struct error *error)
{
    (void)error;
    loss->smoothness = loss->number[SMOOTHNESS];
    loss->gradient_bound = loss->number[GRADIENT_BOUND];
    loss->constant[CURVATURE] = loss->smoothness;
    loss->constant[SLOPE] = loss->gradient_bound / sqrt((double)loss->n);
    own_constants(loss->constant);
    return STATUS_OK;
}

#ifdef ISA
static void evaluate(const struct loss *loss, const double *restrict theta,
                     double *restrict gradient, double *restrict value)
{
    double constant[LOSS_MAX_CONSTANTS], sum[LOSS_LANES] = {0};
    for (int k = 0; k < LOSS_MAX_CONSTANTS; k++)
        constant[k] = loss->constant[k];
    for (size_t i = 0; i < loss->n; i++, theta += LOSS_LANES, gradient += LOSS_LANES)
        for (int lane = 0; lane < LOSS_LANES; lane++) {
            double phi, slope;
            coordinate(constant, theta[lane], &phi, &slope);
            sum[lane] += phi;
            gradient[lane] = slope;
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
        double phi;
        coordinate(loss->constant, theta[i], &phi, &gradient[i]);
        sum += phi;
    }
    return sum;
}

LOSS_ASSERT(CONSTANTS);
