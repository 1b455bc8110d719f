/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_plan.h: plans the sampling of directions, for noise.c only. */
#ifndef PNM_NOISE_PLAN_H
#define PNM_NOISE_PLAN_H

#include "compare/noise.h"
#include "engine/ensemble_direction.h"

struct noise_plan {
    struct chains chains;
    uint64_t count; /* directions a chain */
    bool long_run;  /* whether the chains suffice for the long-run variance */
    double samples, long_run_samples;
    bool affordable;
    bool controlled; /* the plan is one with control variates */
};

/* The ensemble of a rule on the linear loss. */
struct noise_ensemble {
    struct problem problem;
    struct ensemble ensemble;
    double mean; /* exact, of u */
};

/* problem_free(&own->problem) frees it, after a failure too, if it was 0 before. */
PNM_MUST_USE int noise_plan_ensemble(struct noise_ensemble *own,
                                     const struct sampling *sampling,
                                     const struct rule *rule, double mean,
                                     const char *label, struct error *error);

/* Plans without control variates, as noise_compare says. */
void noise_plan_make(const struct sampling *sampling, const struct noise_filter *filter,
                     bool long_run, struct noise_plan *plan);

/* Runs the pilot of control variates, which are set up already, on PLAN_FEWEST such
 * chains. *cut is true if the session ends before it does: then nothing will be
 * sampled. */
PNM_MUST_USE int noise_plan_fit(const struct noise_ensemble *own, struct chains chains,
                                struct direction_control *control, double *residual,
                                bool *cut, struct error *error);

/* Replaces the plan by one with control variates if that, with its pilot, takes fewer
 * steps; if the number of chains is given, wherever it is twice that of the pilot. rows
 * hold the exact values. */
PNM_MUST_USE int
noise_plan_control(const struct sampling *sampling, const struct rule *rule,
                   const struct noise_ensemble *own, const struct noise_row *rows,
                   bool long_run, struct noise_plan *plan,
                   struct direction_control *control, struct error *error);

/* Sets each row's bias: a bound of what the start still moves it by. `reference` is the
 * rule of NOISE_SD_RATIO, or NULL. */
PNM_MUST_USE int noise_plan_bias(const struct noise_filter *filter,
                                 const struct rule *reference,
                                 const struct noise_plan *plan, struct noise_row *rows,
                                 struct error *error);

#endif
