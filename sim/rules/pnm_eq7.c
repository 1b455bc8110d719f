/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm_eq7.c: the positive-negative average of eqs. 6-8 as printed: two streams of
 * alternate gradients, both decaying by beta1 at every step. Its noise filter is not
 * that of Algorithm 2. */
#include "rules/parameters.h"

#define RULE pnm_eq7
enum { SLOTS = 2, SAMPLES = 1, SCALARS_VARY = 0 };
enum { LR, BETA0, BETA1 };
enum { RECENT, OTHER }; /* slots: the stream fed at the last step, and the other one */
enum { RATE = RULE_RATE, POSITIVE, NEGATIVE, DECAY, SCALARS }; /* scalars */

static const struct parameter parameters[] = {
    PARAMETER_LR,
    PARAMETER_BETA0,
    PARAMETER_BETA1,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    (void)t;
    scalar[RATE] = rule->number[LR];
    scalar[POSITIVE] = 1 + rule->number[BETA0];
    scalar[NEGATIVE] = rule->number[BETA0];
    scalar[DECAY] = rule->number[BETA1];
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double decay = scalar[DECAY];
    /* This step's gradient goes to the stream that the last step did not feed. */
    const double fed = decay * slot[OTHER] + (1 - decay) * g[0];
    const double resting = decay * slot[RECENT];
    *theta -= scalar[RATE] * (scalar[POSITIVE] * fed - scalar[NEGATIVE] * resting);
    slot[RECENT] = fed;
    slot[OTHER] = resting;
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "the positive-negative average of eqs. 6-8 as printed, beta3 = 1-beta1",
    .formula = "p_t = beta1 q_{t-1} + (1-beta1) g_t; q_t = beta1 p_{t-1}; "
               "theta' = theta - eta [(1+beta0) p_t - beta0 q_t]",
    .source = "eqs. 6-8",
    .linear = true,
    .equivariant = true,
};
