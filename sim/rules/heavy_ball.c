/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heavy_ball.c: Heavy Ball momentum, Algorithm 1. */
#include "rules/parameters.h"

#define RULE heavy_ball
enum { SLOTS = 1, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA1, BETA3 };
enum { MOMENTUM };                                 /* slots */
enum { RATE = RULE_RATE, DECAY, WEIGHT, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1,
    {.name = "beta3",
     .symbol = "beta_3",
     .doc = "weight of the new gradient; 1 is PyTorch's convention",
     .preset = "1-beta1",
     .preset_value = NAN,
     .low = 0,
     .low_open = true,
     .high = INFINITY},
};

static void complete(struct rule *rule)
{
    if (isnan(rule->number[BETA3]))
        rule->number[BETA3] = 1 - rule->number[BETA1];
}

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY] = rule->number[BETA1];
    scalar[WEIGHT] = rule->number[BETA3];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double m = scalar[DECAY] * slot[MOMENTUM] + scalar[WEIGHT] * g[0];
    *theta -= scalar[RATE] * m;
    slot[MOMENTUM] = m;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .aliases = "hb|momentum",
    .summary = "Heavy Ball momentum",
    .formula = "m_t = beta1 m_{t-1} + beta3 g_t; theta' = theta - eta m_t",
    .source = "Algorithm 1, eq. 2",
    .linear = true,
    .equivariant = true,
    .complete = complete,
};
