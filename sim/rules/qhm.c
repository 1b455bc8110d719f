/* SPDX-License-Identifier: GPL-3.0-or-later */
/* qhm.c: quasi-hyperbolic momentum: a weighted mean of the gradient and of its
 * exponential mean. */
#include "rules/parameters.h"

#define RULE qhm
enum { SLOTS = 1, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA1, NU };
enum { MOMENTUM };                                 /* slots */
enum { RATE = RULE_RATE, DECAY, WEIGHT, SCALARS }; /* scalars */

/* Beyond nu's range 1-nu and nu cancel as the weights of PARAMETER_BETA0 do. */
static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1_AT(0.999),
    {.name = "nu",
     .symbol = "nu",
     .doc = "weight of the momentum; 1-nu is the gradient's",
     .preset = "0.7",
     .preset_value = 0.7,
     .low = -1e8,
     .high = 1e8},
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY] = rule->number[BETA1];
    scalar[WEIGHT] = rule->number[NU];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double d = mean_next(scalar[DECAY], slot[MOMENTUM], g[0]);
    *theta -= scalar[RATE] * ((1 - scalar[WEIGHT]) * g[0] + scalar[WEIGHT] * d);
    slot[MOMENTUM] = d;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "quasi-hyperbolic momentum",
    .formula = "d_t = beta1 d_{t-1} + (1-beta1) g_t; "
               "theta' = theta - eta [(1-nu) g_t + nu d_t]",
    .source = "Ma and Yarats 2019, with the defaults that they recommend",
    .linear = true,
    .equivariant = true,
};
