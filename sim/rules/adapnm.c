/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adapnm.c: AdaPNM, Algorithm 3 of the paper, or without AMSGrad Algorithm 4, which
 * prints its epsilon inside the root. The bias corrections are 1-beta1^t and
 * 1-beta2^t with t from 1. The authors' code does the same, with epsilon always outside
 * the root. */
#include "rules/parameters.h"

#define RULE adapnm
enum { SLOTS = 4, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA0, BETA1, BETA2, EPSILON, AMSGRAD, EPSILON_INSIDE, NORMALIZATION };
enum { LAST, BEFORE_LAST, SQUARE, LARGEST }; /* slots: m_{t-1}, m_{t-2}, v, vmax */
enum {
    RATE = RULE_RATE,
    POSITIVE,
    NEGATIVE,
    DECAY,
    DECAY2,
    SCALE1,
    SCALE2,
    KEEP_LARGEST,
    INSIDE,
    OUTSIDE,
    SCALARS
}; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA0,
    PARAMETER_BETA1,
    PARAMETER_BETA2,
    PARAMETER_EPSILON,
    {.name = "amsgrad",
     .symbol = "v_max",
     .doc = "let the denominator never fall: on is Algorithm 3, off Algorithm 4",
     .preset = "on",
     .preset_value = 1,
     PARAMETER_OFF_ON},
    {.name = "epsilon-inside",
     .symbol = "epsilon",
     .doc = "divide by sqrt(vhat + epsilon), as Algorithm 4 prints it",
     .preset = "off",
     .preset_value = 0,
     PARAMETER_OFF_ON},
    PARAMETER_LR_NORMALIZATION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const bool inside = rule->word[EPSILON_INSIDE] != 0;
    scalar[RATE] =
        normalized_lr(rule->number[LR], rule->number[BETA0], rule->word[NORMALIZATION]);
    scalar[POSITIVE] = 1 + rule->number[BETA0];
    scalar[NEGATIVE] = rule->number[BETA0];
    scalar[DECAY] = rule->number[BETA1] * rule->number[BETA1];
    scalar[DECAY2] = rule->number[BETA2];
    scalar[SCALE1] = 1 / mean_weight(rule->number[BETA1], t);
    scalar[SCALE2] = 1 / mean_weight(rule->number[BETA2], t);
    scalar[KEEP_LARGEST] = rule->word[AMSGRAD];
    scalar[INSIDE] = inside ? rule->number[EPSILON] : 0;
    scalar[OUTSIDE] = inside ? 0 : rule->number[EPSILON];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double m = mean_next(scalar[DECAY], slot[BEFORE_LAST], g[0]);
    const double v = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    const double largest = v > slot[LARGEST] ? v : slot[LARGEST];
    const double used = scalar[KEEP_LARGEST] != 0 ? largest : v;
    const double mean =
        (scalar[POSITIVE] * m - scalar[NEGATIVE] * slot[LAST]) * scalar[SCALE1];
    *theta -= scalar[RATE] *
              (mean / (sqrt(used * scalar[SCALE2] + scalar[INSIDE]) + scalar[OUTSIDE]));
    slot[BEFORE_LAST] = slot[LAST];
    slot[LAST] = m;
    slot[SQUARE] = v;
    slot[LARGEST] = largest;
}

/* With AMSGrad the largest v never stops growing. */
static bool settles(const struct rule *rule)
{
    return rule->word[AMSGRAD] == 0;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "positive-negative momentum with Adam's denominator",
    .formula =
        "m_t = beta1^2 m_{t-2} + (1-beta1^2) g_t; v_t = beta2 v_{t-1} + (1-beta2) "
        "g_t^2; mhat = [(1+beta0) m_t - beta0 m_{t-1}]/(1-beta1^t); vhat = max(v_1, "
        "..., v_t)/(1-beta2^t), t from 1; theta' = theta - eta0 mhat/(sqrt(vhat) + "
        "epsilon), eta0 = eta/sqrt((1+beta0)^2 + beta0^2)",
    .source = "Algorithm 3; amsgrad=off: Algorithm 4",
    .linear = false,
    .equivariant = false,
    .settles = settles,
};
