/* SPDX-License-Identifier: GPL-3.0-or-later */
/* aggmo.c: aggregated momentum: the mean of K = 3 momentums that decay by
 * beta_k = 1 - 0.1^k, k = 0, 1, 2, the paper's default. beta_0 = 0: the first of them
 * is the gradient and needs no slot. */
#include "rules/parameters.h"

#define RULE aggmo
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR };
enum { FAST, SLOW };                /* slots: d_1, d_2 */
enum { RATE = RULE_RATE, SCALARS }; /* scalars */
static const double beta_fast = 0.9, beta_slow = 0.99;

static const struct parameter parameters[] = {PARAMETER_LR};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[FAST] = beta_fast * slot[FAST] + g[0];
    slot[SLOW] = beta_slow * slot[SLOW] + g[0];
    *theta -= scalar[RATE] * ((g[0] + slot[FAST] + slot[SLOW]) / 3);
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "aggregated momentum of three decays 0, 0.9, 0.99",
    .formula = "d_{k,t} = beta_k d_{k,t-1} + g_t, beta_k = 1 - 0.1^k, k = 0, 1, 2; "
               "theta' = theta - (eta/3) sum_k d_{k,t}",
    .source = "Lucas et al. 2019, its default K = 3, a = 0.1",
    .linear = true,
    .equivariant = true,
};
