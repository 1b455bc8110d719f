/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heavy_ball.c: m_t = beta1 m_{t-1} + beta3 g_t, theta' = theta - eta m_t
 * (Algorithm 1). */
#include "theory/theory.h"

#include <math.h>

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

/* State (theta, m_{t-1}). */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const quad beta3 = rule_parameter(rule, "beta3");
    *system = (struct linear_system){
        .dim = 2,
        .samples = 1,
        .e = {-lr * beta3 * h, -lr * beta1, beta3 * h, beta1 - 1},
        .b = {{-lr * beta3, beta3}},
    };
}

/* With a = eta beta3 the rule is theta_{t+1} = (1 + beta1 - a h) theta_t
 * - beta1 theta_{t-1} - a xi_t, an autoregression of order 2. Its Yule-Walker equations
 * for a pair of modes, r_k = E theta_i(t+k) theta_j(t), give
 *     S_ij = a c (1 - beta1^2) / [(1 - beta1)^2 (1 + beta1) (h_i + h_j)
 *            + a beta1 (h_i^2 + h_j^2) - a (1 + beta1^2) h_i h_j],
 * for h_i = h_j a c (1 + beta1) / ((1 - beta1) h (2 (1 + beta1) - a h)). The terms in a
 * are beta1 (h_i - h_j)^2 - (1 - beta1)^2 h_i h_j. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad beta1 = rule_parameter(rule, "beta1"), rest = 1 - beta1;
    const quad a = (quad)rule_parameter(rule, "lr") * rule_parameter(rule, "beta3");
    const quad apart = beta1 * (h_i - h_j) * (h_i - h_j) - rest * rest * h_i * h_j;
    return a * c * rest * (1 + beta1) /
           (rest * rest * (1 + beta1) * (h_i + h_j) + a * apart);
}

static double lr_limit(const struct rule *rule, double h)
{
    return 2 * (1 + rule_parameter(rule, "beta1")) /
           (rule_parameter(rule, "beta3") * h);
}

/* Eq. 16: C_hb = beta3 / (1 - beta1) C. */
static double paper_noise(const struct rule *rule)
{
    return rule_parameter(rule, "beta3") / (1 - rule_parameter(rule, "beta1"));
}

const struct theory theory_heavy_ball = {
    .rule = "heavy_ball",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .paper_noise = paper_noise,
    .applied_lr = applied_lr,
};
