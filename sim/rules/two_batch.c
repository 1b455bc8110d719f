/* SPDX-License-Identifier: GPL-3.0-or-later */
/* two_batch.c: the positive-negative average of two independent gradient samples at
 * the same point, eq. 5: the idea from which the paper derives PNM. */
#include "rules/parameters.h"

#define RULE two_batch
enum { SLOTS = 0, SAMPLES = 2, SCALARS_VARY = 0 };
enum { LR, BETA0, NORMALIZATION };
enum { RATE = RULE_RATE, POSITIVE, NEGATIVE, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA0,
    PARAMETER_LR_NORMALIZATION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] =
        normalized_lr(rule->number[LR], rule->number[BETA0], rule->word[NORMALIZATION]);
    scalar[POSITIVE] = 1 + rule->number[BETA0];
    scalar[NEGATIVE] = rule->number[BETA0];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    (void)slot;
    *theta -= scalar[RATE] * (scalar[POSITIVE] * g[0] - scalar[NEGATIVE] * g[1]);
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "positive-negative average of two independent gradients a step",
    .formula = "theta' = theta - eta0 [(1+beta0) g_a - beta0 g_b], "
               "eta0 = eta/sqrt((1+beta0)^2 + beta0^2)",
    .source = "eq. 5",
    .linear = true,
    .equivariant = true,
};
