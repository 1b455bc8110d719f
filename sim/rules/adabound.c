/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adabound.c: AdaBound: Adam's rate of each coordinate is clipped between bounds
 * that close in on that of SGD. The paper corrects no bias and divides the clipped rate
 * by sqrt(t); the authors' PyTorch code corrects the bias and does not divide. The
 * paper prints no epsilon; here it is added as in Adam. */
#include "rules/parameters.h"

#define RULE adabound
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON, FINAL_LR, GAMMA, CONVENTION };
enum { MEAN, SQUARE }; /* slots */
/* Scalars; the bounds are in units of the learning rate, so that they follow it if it
 * changes from step to step, as in the authors' code. */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE, LOWER, UPPER, SMALL, SCALARS };

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1,
    PARAMETER_BETA2,
    PARAMETER_EPSILON,
    {.name = "final-lr",
     .symbol = "alpha*",
     .doc = "learning rate on which both bounds close in",
     .preset = "0.1",
     .preset_value = 0.1,
     .low = 0,
     .low_open = true,
     .high = INFINITY},
    {.name = "bound-gamma",
     .symbol = "gamma",
     .doc = "speed at which the bounds close; the paper's 1-beta2",
     .preset = "1e-3",
     .preset_value = 1e-3,
     .low = 0,
     .low_open = true,
     .high = INFINITY},
    PARAMETER_CONVENTION,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const bool torch = rule->word[CONVENTION] == CONVENTION_TORCH;
    const double steps = 1 + (double)t, closed = rule->number[GAMMA] * steps;
    const double target = rule->number[FINAL_LR] / rule->number[LR];
    scalar[RATE] = torch ? rule->number[LR] : rule->number[LR] / sqrt(steps);
    scalar[DECAY1] = rule->number[BETA1];
    scalar[DECAY2] = rule->number[BETA2];
    scalar[SCALE] = torch ? sqrt(mean_weight(rule->number[BETA2], t)) /
                                mean_weight(rule->number[BETA1], t)
                          : 1;
    scalar[LOWER] = target * (1 - 1 / (closed + 1));
    scalar[UPPER] = target * (1 + 1 / closed);
    scalar[SMALL] = rule->number[EPSILON];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN], g[0]);
    slot[SQUARE] = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    double factor = scalar[SCALE] / (sqrt(slot[SQUARE]) + scalar[SMALL]);
    factor = factor < scalar[LOWER] ? scalar[LOWER] : factor;
    factor = factor > scalar[UPPER] ? scalar[UPPER] : factor;
    *theta -= scalar[RATE] * (factor * slot[MEAN]);
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "AdaBound",
    .formula =
        "m_t, v_t as adam; paper: theta' = theta - clip(eta/(sqrt(v_t) + epsilon), "
        "lo, hi)/sqrt(t) m_t; torch: clip(eta sqrt(1-beta2^t)/((1-beta1^t) "
        "(sqrt(v_t) + epsilon)), lo, hi) m_t; lo = alpha* (1 - 1/(gamma t + 1)), "
        "hi = alpha* (1 + 1/(gamma t)), t from 1",
    .source = "Luo et al. 2019, Algorithm 2; the authors' package adabound",
    .linear = false,
    .equivariant = false,
};
