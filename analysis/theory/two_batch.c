/* SPDX-License-Identifier: GPL-3.0-or-later */
/* two_batch.c: theta' = theta - eta0 [(1+beta0) g_a - beta0 g_b] with two
 * independent gradient samples at the same point (eq. 5). */
#include "theory/theory.h"

static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = theory_normalized_lr_quad(rule);
    const quad beta0 = rule_parameter(rule, "beta0");
    *system = (struct linear_system){.dim = 1,
                                     .samples = 2,
                                     .e = {-lr * h},
                                     .b = {{-lr * (1 + beta0)}, {lr * beta0}}};
}

/* SGD with noise gamma c and rate eta0. */
static quad covariance(const struct rule *rule, quad h_i, quad h_j, quad c)
{
    const quad lr = theory_normalized_lr_quad(rule);
    return lr * theory_gamma_quad(rule) * c / (h_i + h_j - lr * h_i * h_j);
}

static double lr_limit(const struct rule *rule, double h)
{
    return 2 / h * rule_parameter(rule, "lr") / theory_normalized_lr(rule);
}

const struct theory theory_two_batch = {
    .rule = "two_batch",
    .system = written_out,
    .covariance = covariance,
    .lr_limit = lr_limit,
    .paper_noise = theory_gamma, /* eq. 5 */
    .applied_lr = theory_normalized_lr,
};
