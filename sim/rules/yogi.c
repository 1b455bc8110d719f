/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yogi.c: Yogi: v moves towards g^2 by (1-beta2) g^2 at most, whatever v is. The
 * paper starts at 0 and corrects no bias; the package torch_optimizer (PyTorch itself
 * has no Yogi) starts both means at 1e-6 and corrects their bias as Adam does. */
#include "rules/parameters.h"

#define RULE yogi
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON, CONVENTION };
enum { MEAN, SQUARE }; /* slots */
/* Scalars; START is added to the slots at the first step and is 0 afterwards. */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE1, SCALE2, SMALL, START, SCALARS };

static const struct parameter parameters[] = {
    PARAMETER_LR,         PARAMETER_BETA1, PARAMETER_BETA2, PARAMETER_EPSILON_AT(1e-3),
    PARAMETER_CONVENTION,
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
    scalar[START] = torch && t == 0 ? 1e-6 : 0;
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double v = slot[SQUARE] + scalar[START], square = g[0] * g[0];
    const double sign = v > square ? 1 : v < square ? -1 : 0;
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN] + scalar[START], g[0]);
    slot[SQUARE] = v - (1 - scalar[DECAY2]) * (sign * square);
    *theta -= scalar[RATE] * (slot[MEAN] * scalar[SCALE1] /
                              (sqrt(slot[SQUARE] * scalar[SCALE2]) + scalar[SMALL]));
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "Yogi",
    .formula =
        "m_t as adam; v_t = v_{t-1} - (1-beta2) sign(v_{t-1} - g_t^2) g_t^2; paper: "
        "theta' = theta - eta m_t/(sqrt(v_t) + epsilon); torch: m_0 = v_0 = 1e-6, "
        "m_t and v_t are divided by 1-beta1^t and 1-beta2^t, t from 1",
    .source = "Zaheer et al. 2018, Algorithm 2; the package torch_optimizer",
    .linear = false,
    .equivariant = false,
};
