/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm_eq7.c: eqs. 6-8 as printed with beta3 = 1-beta1: two streams of alternate
 * gradients p (fed at this step) and q (resting), both decaying by beta1 every step,
 * theta' = theta - eta [(1+beta0) p - beta0 q]. */
#include "theory/theory.h"

static double applied_lr(const struct rule *rule)
{
    return rule_parameter(rule, "lr");
}

/* State (theta, p, q); p_t = beta1 q_{t-1} + (1-beta1) g_t, q_t = beta1 p_{t-1}. */
static void written_out(const struct rule *rule, quad h, struct linear_system *system)
{
    const quad lr = rule_parameter(rule, "lr"), beta1 = rule_parameter(rule, "beta1");
    const quad beta0 = rule_parameter(rule, "beta0"), beta3 = 1 - beta1;
    const quad weight = lr * (1 + beta0);
    *system = (struct linear_system){
        .dim = 3,
        .samples = 1,
        .e = {-weight * beta3 * h, lr * beta0 * beta1, -weight * beta1, /* theta */
              beta3 * h, -1, beta1,                                     /* p */
              0, beta1, -1},                                            /* q */
        .b = {{-weight * beta3, beta3, 0}},
    };
}

const struct theory theory_pnm_eq7 = {
    .rule = "pnm_eq7",
    .system = written_out,
    .paper_noise = theory_gamma, /* eq. 18 */
    .applied_lr = applied_lr,
};
