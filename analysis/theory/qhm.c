/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qhm.c: d_t = beta1 d_{t-1} + (1-beta1) g_t,
 * theta' = theta - eta [(1-nu) g_t + nu d_t], quasi-hyperbolic momentum. */
#include "theory/theory.h"

#include <math.h>

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

/* State (theta, d_{t-1}); (1-nu) g + nu d_t = (1 - nu beta1) g + nu beta1 d_{t-1}. */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const quad nu = rule_parameter(rule, "nu"), now = lr * (1 - nu * beta1);
    *system = (struct linear_system){
        .dim = 2,
        .samples = 1,
        .e = {-now * h, -lr * nu * beta1, (1 - beta1) * h, beta1 - 1},
        .b = {{-now, 1 - beta1}},
    };
}

/* Without d the rule is theta_{t+1} = T theta_t - D theta_{t-1} + p xi_t + q xi_{t-1}
 * with a = eta h, T = 1 + beta1 - a (1 - nu beta1), D = beta1 - a beta1 (1-nu),
 * p = -eta (1 - nu beta1), q = eta beta1 (1-nu). The Yule-Walker equations of such a
 * process give c [(1+D)(p^2+q^2) + 2pqT] / ((1-D)(1+D-T)(1+D+T)), where
 * 1+D-T = a (1-beta1), 1-D = 1-beta1+a beta1 (1-nu),
 * 1+D+T = 2(1+beta1) - a (1+beta1(1-2nu)), and the numerator is eta^2 (1-beta1) times
 * 1 - beta1^2 + a beta1 (1-nu) (1+beta1(1-2nu)). The Stein equation of the matrices
 * above, solved in rational numbers, has the same solution. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const quad nu = rule_parameter(rule, "nu"), a = lr * h_i;
    if (h_i != h_j)
        return NAN;
    const quad above =
        (1 - beta1) * (1 + beta1) + a * beta1 * (1 - nu) * (1 + beta1 * (1 - 2 * nu));
    const quad below = (1 - beta1 + a * beta1 * (1 - nu)) *
                       (2 * (1 + beta1) - a * (1 + beta1 * (1 - 2 * nu)));
    return lr * c / h_i * above / below;
}

/* The rule is stable while |T| < 1 + D < 2. A root leaves the unit circle through -1 at
 * a (1 + beta1 (1-2nu)) = 2 (1+beta1); for nu > 1 a complex pair leaves at
 * a beta1 (nu-1) = 1-beta1. */
static double lr_limit(const struct rule *rule, double h)
{
    const double beta1 = rule_parameter(rule, "beta1"), nu = rule_parameter(rule, "nu");
    const double through_minus_one = 1 + beta1 * (1 - 2 * nu);
    const double through_pair = beta1 * (nu - 1);
    double a = INFINITY;
    if (through_minus_one > 0)
        a = fmin(a, 2 * (1 + beta1) / through_minus_one);
    if (through_pair > 0)
        a = fmin(a, (1 - beta1) / through_pair);
    return a / h;
}

/* The paper makes no statement on this rule's noise. */
const struct theory theory_qhm = {
    .rule = "qhm",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .applied_lr = applied_lr,
};
