/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm.c: m_t = beta m_{t-2} + (1-beta) g_t,
 * theta' = theta - eta0 [(1+beta0) m_t - beta0 m_{t-1}], beta = beta1^2 (Algorithm 2).
 */
#include "theory/theory.h"

#include <math.h>

/* State (theta, m_{t-1}, m_{t-2}). */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = theory_normalized_lr_quad(rule);
    const quad beta1 = rule_parameter(rule, "beta1"), beta = beta1 * beta1;
    const quad beta0 = rule_parameter(rule, "beta0");
    const quad weight = lr * (1 + beta0);
    *system = (struct linear_system){
        .dim = 3,
        .samples = 1,
        .e = {-weight * (1 - beta) * h, lr * beta0, -weight * beta, /* theta */
              (1 - beta) * h, -1, beta,                             /* m_t */
              0, 1, -1},                                            /* m_{t-1} */
        .b = {{-weight * (1 - beta), 1 - beta, 0}},
    };
}

/* The solution of the Stein equation of the matrices above for one curvature, with a =
 * eta0 h. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = theory_normalized_lr_quad(rule), a = lr * h_i;
    const quad beta1 = rule_parameter(rule, "beta1"), beta = beta1 * beta1;
    const quad beta0 = rule_parameter(rule, "beta0");
    if (h_i != h_j)
        return NAN;
    const quad above =
        1 + beta + a * (2 * beta0 * beta0 * (1 - beta) + beta0 * (1 - 3 * beta) - beta);
    const quad below =
        (2 - a * (1 + 2 * beta0)) * (1 + beta + a * (beta0 * (1 + beta) + beta));
    return c * lr / h_i * above / below;
}

/* A root leaves the unit circle through -1 at a (1 + 2 beta0) = 2; for
 * beta0 < -beta/(1+beta) a complex pair leaves at a (-beta0 (1+beta) - beta) = 1 +
 * beta. */
static double lr_limit(const struct rule *rule, double h)
{
    const double beta = pow(rule_parameter(rule, "beta1"), 2);
    const double beta0 = rule_parameter(rule, "beta0");
    const double through_minus_one = 1 + 2 * beta0;
    const double through_pair = -beta0 * (1 + beta) - beta;
    double a = INFINITY;
    if (through_minus_one > 0)
        a = fmin(a, 2 / through_minus_one);
    if (through_pair > 0)
        a = fmin(a, (1 + beta) / through_pair);
    return a / h * rule_parameter(rule, "lr") / theory_normalized_lr(rule);
}

const struct theory theory_pnm = {
    .rule = "pnm",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .paper_noise = theory_gamma, /* eq. 18 */
    .converges = true,
    .applied_lr = theory_normalized_lr,
};
