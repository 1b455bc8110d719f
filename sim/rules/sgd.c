/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sgd.c: stochastic gradient descent, eq. 1. */
#include "rules/parameters.h"

#define RULE sgd
enum { SLOTS = 0, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR };
enum { RATE = RULE_RATE, SCALARS }; /* scalars */

static const struct parameter parameters[] = {PARAMETER_LR};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    (void)slot;
    *theta -= scalar[RATE] * g[0];
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "stochastic gradient descent",
    .formula = "theta' = theta - eta g",
    .source = "eq. 1",
    .linear = true,
    .equivariant = true,
};
