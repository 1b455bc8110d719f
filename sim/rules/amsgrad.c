/* SPDX-License-Identifier: GPL-3.0-or-later */
/* amsgrad.c: AMSGrad: Adam's denominator never falls. The paper corrects no bias;
 * PyTorch corrects that of the mean and of the largest v. The paper prints no epsilon;
 * here it is added as in Adam. */
#include "rules/parameters.h"

#define RULE amsgrad
enum { SLOTS = 3, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON, CONVENTION };
enum { MEAN, SQUARE, LARGEST };                                            /* slots */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE1, SCALE2, SMALL, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,      PARAMETER_BETA1,      PARAMETER_BETA2,
    PARAMETER_EPSILON, PARAMETER_CONVENTION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const bool torch = rule->word[CONVENTION] == CONVENTION_TORCH;
    scalar[RATE] = rule->number[LR];
    scalar[DECAY1] = rule->number[BETA1];
    scalar[DECAY2] = rule->number[BETA2];
    scalar[SCALE1] = torch ? 1 / mean_weight(rule->number[BETA1], t) : 1;
    scalar[SCALE2] = torch ? 1 / mean_weight(rule->number[BETA2], t) : 1;
    scalar[SMALL] = rule->number[EPSILON];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN], g[0]);
    slot[SQUARE] = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    slot[LARGEST] = slot[SQUARE] > slot[LARGEST] ? slot[SQUARE] : slot[LARGEST];
    *theta -= scalar[RATE] * (slot[MEAN] * scalar[SCALE1] /
                              (sqrt(slot[LARGEST] * scalar[SCALE2]) + scalar[SMALL]));
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
    .summary = "AMSGrad",
    .formula =
        "m_t, v_t as adam; vmax_t = max(vmax_{t-1}, v_t); paper: theta' = theta - "
        "eta m_t/(sqrt(vmax_t) + epsilon); torch: m_t and vmax_t are divided by "
        "1-beta1^t and 1-beta2^t, t from 1",
    .source = "Reddi et al. 2018, Algorithm 2; torch.optim.Adam(amsgrad=True)",
    .linear = false,
    .equivariant = false,
    .settles = settles,
};
