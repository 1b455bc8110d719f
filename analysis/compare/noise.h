/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise.h: mean and noise of the direction that a rule applies on a linear loss with
 * unit gradient and unit noise: the paper's, exact and measured values. */
#ifndef PNM_NOISE_H
#define PNM_NOISE_H

#include "engine/sampling.h"
#include "theory/noise_filter.h"
#include "verdict/evidence.h"

enum noise_quantity {
    NOISE_MEAN_GAIN, /* E u for a gradient of 1 */
    NOISE_VARIANCE,  /* Var u */
    NOISE_LONG_RUN,  /* Var(sum over T steps)/T */
    NOISE_LAG1,      /* correlation of u_t and u_{t-1} */
    NOISE_SD_RATIO,  /* sd u over that of Heavy Ball with the same beta1, beta3=1-beta1
                      */
    NOISE_QUANTITIES
};
const char *noise_quantity_text(enum noise_quantity quantity);

struct noise_row {
    struct evidence evidence;
    struct verdicts verdicts;
    double samples; /* coordinate-steps of the plan */
};

/* The paper's value of the quantity for this rule, by eqs. 2, 4, 5, 6-9 and the
 * sentence after eq. 9; NAN if it has none. */
double noise_paper(const struct rule *rule, enum noise_quantity quantity);

/* Exact value of the quantity from the rule's noise filter; T steps for NOISE_LONG_RUN.
 * NAN for NOISE_SD_RATIO of rules without beta1, and of Heavy Ball itself. */
PNM_MUST_USE int noise_exact(const struct rule *rule, enum noise_quantity quantity,
                             uint64_t steps, double *value, struct error *error);

/* Measures all quantities of one rule, rows[NOISE_QUANTITIES]. What the sampling does
 * not give is planned: a burn-in in which the slowest mode decays to 1e-6, T twice
 * that, and as many chains as `precision` needs for the long-run variance, which is one
 * number a chain. If that is not wanted, or exceeds the budget and is left unsampled,
 * the chains are planned for the variance. Control variates take their place wherever
 * they need fewer steps (noise_plan.h). */
PNM_MUST_USE int noise_compare(const struct sampling *sampling, const struct rule *rule,
                               bool long_run, const char *label,
                               struct noise_row rows[NOISE_QUANTITIES],
                               struct error *error);

/* Mean and variance of u at step t >= 1 from empty slots, measured over as many chains
 * as `precision` needs, with control variates if that takes fewer steps, and exact from
 * the impulse response. paper is left NAN. */
PNM_MUST_USE int noise_compare_at(const struct sampling *sampling,
                                  const struct rule *rule, uint64_t t,
                                  const char *label, struct noise_row *mean,
                                  struct noise_row *variance, struct error *error);

#endif
