/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm.c: positive-negative momentum, Algorithm 2. */
#include "rules/parameters.h"

#define RULE pnm
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA0, BETA1, NORMALIZATION };
enum { LAST, BEFORE_LAST }; /* slots: m_{t-1}, m_{t-2} */
enum { RATE = RULE_RATE, POSITIVE, NEGATIVE, DECAY, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA0,
    PARAMETER_BETA1,
    PARAMETER_LR_NORMALIZATION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] =
        normalized_lr(rule->number[LR], rule->number[BETA0], rule->word[NORMALIZATION]);
    scalar[POSITIVE] = 1 + rule->number[BETA0];
    scalar[NEGATIVE] = rule->number[BETA0];
    scalar[DECAY] = rule->number[BETA1] * rule->number[BETA1];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double decay = scalar[DECAY];
    const double m = decay * slot[BEFORE_LAST] + (1 - decay) * g[0];
    *theta -= scalar[RATE] * (scalar[POSITIVE] * m - scalar[NEGATIVE] * slot[LAST]);
    slot[BEFORE_LAST] = slot[LAST];
    slot[LAST] = m;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "positive-negative momentum",
    .formula = "m_t = beta1^2 m_{t-2} + (1-beta1^2) g_t; "
               "theta' = theta - eta0 [(1+beta0) m_t - beta0 m_{t-1}], "
               "eta0 = eta/sqrt((1+beta0)^2 + beta0^2)",
    .source = "Algorithm 2",
    .linear = true,
    .equivariant = true,
};
