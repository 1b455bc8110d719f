/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adam.h: Adam's update, which adam and adamw share; they differ in weight decay only,
 * which template.h applies. Include it after RULE is defined. */
#include "rules/parameters.h"

enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 1 };
enum { LR, BETA1, BETA2, EPSILON };
enum { MEAN, SQUARE }; /* slots */
/* Scalars; the scales undo the bias of means that start at 0. */
enum { RATE = RULE_RATE, DECAY1, DECAY2, SCALE1, SCALE2, SMALL, SCALARS };

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA1,
    PARAMETER_BETA2,
    PARAMETER_EPSILON,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    scalar[RATE] = rule->number[LR];
    scalar[DECAY1] = rule->number[BETA1];
    scalar[DECAY2] = rule->number[BETA2];
    scalar[SCALE1] = 1 / mean_weight(rule->number[BETA1], t);
    scalar[SCALE2] = 1 / mean_weight(rule->number[BETA2], t);
    scalar[SMALL] = rule->number[EPSILON];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    slot[MEAN] = mean_next(scalar[DECAY1], slot[MEAN], g[0]);
    slot[SQUARE] = mean_next(scalar[DECAY2], slot[SQUARE], g[0] * g[0]);
    *theta -= scalar[RATE] * (slot[MEAN] * scalar[SCALE1] /
                              (sqrt(slot[SQUARE] * scalar[SCALE2]) + scalar[SMALL]));
}

#include "rules/template.h"
