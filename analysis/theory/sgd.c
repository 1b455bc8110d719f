/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sgd.c: stochastic gradient descent, theta' = theta - eta g (eq. 1). */
#include "theory/theory.h"

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = applied_lr(rule);
    *system =
        (struct linear_system){.dim = 1, .samples = 1, .e = {-lr * h}, .b = {{-lr}}};
}

/* Solves S = (1 - eta h_i)(1 - eta h_j) S + eta^2 c. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = applied_lr(rule);
    return lr * c / (h_i + h_j - lr * h_i * h_j);
}

static double lr_limit(const struct rule *rule, double h)
{
    (void)rule;
    return 2 / h;
}

/* Eq. 14: the noise of SGD is that of the gradient. */
static double paper_noise(const struct rule *rule)
{
    (void)rule;
    return 1;
}

const struct theory theory_sgd = {
    .rule = "sgd",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .paper_noise = paper_noise,
    .applied_lr = applied_lr,
};
