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
static void written_out(const struct rule *rule, double h, struct linear_system *system)
{
    const double lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const double beta3 = rule_parameter(rule, "beta3");
    *system = (struct linear_system){
        .dim = 2,
        .samples = 1,
        .a = {1 - lr * beta3 * h, -lr * beta1, beta3 * h, beta1},
        .b = {{-lr * beta3, beta3}},
    };
}

/* With a = eta beta3 the rule is theta_{t+1} = (1 + beta1 - a h) theta_t
 * - beta1 theta_{t-1} - a xi_t, an autoregression of order 2 with the variance
 * a^2 c (1 + beta1) / ((1 - beta1) a h (2 (1 + beta1) - a h)). */
static double covariance(const struct rule *rule, double h_i, double h_j, double c)
{
    const double beta1 = rule_parameter(rule, "beta1");
    const double a = rule_parameter(rule, "lr") * rule_parameter(rule, "beta3");
    if (h_i != h_j)
        return NAN;
    return a * c * (1 + beta1) / (h_i * (1 - beta1) * (2 * (1 + beta1) - a * h_i));
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
