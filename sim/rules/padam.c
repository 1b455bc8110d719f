/* SPDX-License-Identifier: GPL-3.0-or-later */
/* padam.c: Padam: AMSGrad with a power p <= 1/2 of its largest v. The paper
 * corrects no bias and prints no epsilon, which is added to the denominator here; the
 * authors' PyTorch code corrects the bias of the mean by 1/(1-beta1^t), multiplies by
 * sqrt(1-beta2^t) whatever p is, and takes the power of sqrt(v) + epsilon. */
#include "base/elementary.h"
#include "rules/parameters.h"

#include <float.h>

#define RULE padam
enum { SLOTS = 3, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON, PARTIAL, CONVENTION };
enum { MEAN, SQUARE, LARGEST }; /* slots */
/* Scalars. The denominator is (v + UNDER)^EXPONENT + SMALL, with sqrt(v) in place of v
 * if ROOT is set. */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE, ROOT, UNDER, EXPONENT, SMALL, SCALARS };

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1,
    PARAMETER_BETA2,
    PARAMETER_EPSILON,
    {.name = "partial",
     .symbol = "p",
     .doc = "exponent of v: 1/2 is AMSGrad",
     .preset = "0.125",
     .preset_value = 0.125,
     .low = 0,
     .low_open = true,
     .high = 0.5},
    PARAMETER_CONVENTION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const bool torch = rule->word[CONVENTION] == CONVENTION_TORCH;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY1] = rule->number[BETA1];
    scalar[DECAY2] = rule->number[BETA2];
    scalar[SCALE] = torch ? sqrt(mean_weight(rule->number[BETA2], t)) /
                                mean_weight(rule->number[BETA1], t)
                          : 1;
    scalar[ROOT] = torch;
    scalar[UNDER] = torch ? rule->number[EPSILON] : 0;
    scalar[EXPONENT] = torch ? 2 * rule->number[PARTIAL] : rule->number[PARTIAL];
    scalar[SMALL] = torch ? 0 : rule->number[EPSILON];
}

/* x^exponent for 0 <= x, 0 < exponent <= 1, without libm. A subnormal x counts as
 * 0. */
static inline double power(double x, double exponent)
{
    const double result = elementary_exp(exponent * elementary_log(x));
    return x >= DBL_MIN ? result : 0;
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN], g[0]);
    slot[SQUARE] = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    slot[LARGEST] = slot[SQUARE] > slot[LARGEST] ? slot[SQUARE] : slot[LARGEST];
    const double root = sqrt(slot[LARGEST]);
    const double base = (scalar[ROOT] != 0 ? root : slot[LARGEST]) + scalar[UNDER];
    *theta -= scalar[RATE] * (slot[MEAN] * scalar[SCALE] /
                              (power(base, scalar[EXPONENT]) + scalar[SMALL]));
}

/* The largest v never stops growing. */
static bool settles(const struct rule *rule)
{
    (void)rule;
    return false;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "Padam: partially adaptive momentum",
    .formula =
        "m_t, v_t, vmax_t as amsgrad; paper: theta' = theta - eta m_t/(vmax_t^p + "
        "epsilon); torch: theta - eta sqrt(1-beta2^t)/(1-beta1^t) "
        "m_t/(sqrt(vmax_t) + epsilon)^(2p), t from 1",
    .source = "Chen et al. 2020, Algorithm 1; the authors' Padam.py (whose p is 1/4)",
    .linear = false,
    .equivariant = false,
    .settles = settles,
};
