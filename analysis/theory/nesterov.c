/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nesterov.c: d_t = beta1 d_{t-1} + g_t, theta' = theta - eta (g_t + beta1 d_t),
 * Nesterov's momentum in PyTorch's form. */
#include "theory/theory.h"

#include <math.h>

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

/* State (theta, d_{t-1}); g + beta1 d_t = (1 + beta1) g + beta1^2 d_{t-1}. */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    *system = (struct linear_system){
        .dim = 2,
        .samples = 1,
        .e = {-lr * (1 + beta1) * h, -lr * beta1 * beta1, h, beta1 - 1},
        .b = {{-lr * (1 + beta1), 1}},
    };
}

/* Without d the rule is theta_{t+1} = T theta_t - D theta_{t-1} + p xi_t + q xi_{t-1}
 * with a = eta h, T = 1 + beta1 - a (1 + beta1), D = beta1 - a beta1,
 * p = -eta (1 + beta1), q = eta beta1. The Yule-Walker equations of such a process give
 *     c [(1+D)(p^2+q^2) + 2pqT] / ((1-D)(1+D-T)(1+D+T)),
 * where 1+D-T = a, 1-D = 1-beta1+a beta1, 1+D+T = 2(1+beta1) - a(1+2 beta1), and the
 * numerator is eta^2 (1+beta1+a beta1 (1+2 beta1)). The Stein equation of the
 * matrices above, solved in rational numbers, has the same solution. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const quad a = lr * h_i;
    if (h_i != h_j)
        return NAN;
    return lr * c / h_i * (1 + beta1 + a * beta1 * (1 + 2 * beta1)) /
           ((1 - beta1 + a * beta1) * (2 * (1 + beta1) - a * (1 + 2 * beta1)));
}

/* The rule is stable while |T| < 1 + D < 2. The first inequality fails from a =
 * 2 (1+beta1)/(1+2 beta1) on, where a root leaves the unit circle through -1; the
 * second holds for all a. */
static double lr_limit(const struct rule *rule, double h)
{
    const double beta1 = rule_parameter(rule, "beta1");
    return 2 * (1 + beta1) / ((1 + 2 * beta1) * h);
}

/* The paper makes no statement on this rule's noise. */
const struct theory theory_nesterov = {
    .rule = "nesterov",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .applied_lr = applied_lr,
};
