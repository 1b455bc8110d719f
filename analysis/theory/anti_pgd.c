/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anti_pgd.c: theta' = theta - eta (grad f + n_t - n_{t-1}), where n_t is the noise of
 * the gradient sample at theta_t (Orvieto et al. 2022). */
#include "theory/theory.h"

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

/* State (theta, n_{t-1}). */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = applied_lr(rule);
    *system = (struct linear_system){
        .dim = 2,
        .samples = 1,
        .e = {-lr * h, lr, /* theta */
              0, -1},      /* n_t */
        .b = {{-lr, 1}},
    };
}

/* theta is the sum of a_k n_{t-1-k} with a_0 = -eta and a_k = eta^2 h (1 - eta h)^(k-1)
 * beyond, so S = c [eta^2 + eta^4 h_i h_j / (1 - (1 - eta h_i)(1 - eta h_j))]. For one
 * mode that is 2 s^2 / (2 - eta h) with s^2 = eta^2 c. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = applied_lr(rule);
    return lr * lr * c * (h_i + h_j) / (h_i + h_j - lr * h_i * h_j);
}

static double lr_limit(const struct rule *rule, double h)
{
    (void)rule;
    return 2 / h;
}

const struct theory theory_anti_pgd = {
    .rule = "anti_pgd",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .applied_lr = applied_lr,
};
