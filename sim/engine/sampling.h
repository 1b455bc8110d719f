/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sampling.h: the settings of sampling, and the steps from a rule to planned chains. */
#ifndef PNM_SAMPLING_H
#define PNM_SAMPLING_H

#include "engine/ensemble.h"
#include "engine/plan.h"
#include "rules/rule.h"

/* Control variates (control.h): where they pay, or nowhere. */
enum sampling_control { SAMPLING_CONTROL_AUTO, SAMPLING_CONTROL_NONE };

struct sampling {
    const struct kernels *kernels;
    struct random_generator generator;
    uint64_t seed;
    int threads;
    bool quiet;
    bool allow_divergence;
    uint64_t chains, steps, burn_in; /* planned if 0, 0, PLAN_AUTO */
    double precision;                /* wanted relative standard error */
    bool precision_given;            /* the user gave it, so it is used unchanged */
    double fine; /* the precision where control variates reach it in no more steps than
                    the plain plan takes for the other; 0: it is the same */
    double max_samples; /* budget of a row: chains x steps */
    bool max_samples_given;
    enum sampling_control control;
    bool exact_only;         /* nothing is planned or sampled: exact values alone */
    struct session *session; /* limits of time, checkpoints */
};

/* Tells the progress that row `row` of `rows`, from 0, is begun: "row 3 of 12: pnm".
 * `what` is "row" where rows are about alike. */
void sampling_row(const struct sampling *sampling, const char *what, const char *label,
                  size_t row, size_t rows);

/* Multiplies both precisions. */
void sampling_scale_precision(struct sampling *sampling, double factor);

/* An ensemble of the rule on the loss with these settings. */
struct ensemble sampling_ensemble(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem, const char *label);

/* `label`, or NULL if no progress is to be shown. */
const char *sampling_label(const struct sampling *sampling, const char *label);

/* Probes the rule at every curvature. Sets systems[n] and margins[n], 1 minus each
 * spectral radius; the caller frees both, after a failure too. For a rule without
 * linear law (rule_has_law) the margins are NAN and the systems have dimension 0.
 * STATUS_USAGE, with the limit of the learning rate, if a margin is <= 0 and divergence
 * is not allowed. */
PNM_MUST_USE int sampling_systems(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem,
                                  struct linear_system **systems, double **margins,
                                  struct error *error);

/* Whether the rule diverges on the problem: what sampling_systems refuses for its
 * learning rate. Other refusals are returned. */
PNM_MUST_USE int sampling_diverges(const struct sampling *sampling,
                                   const struct rule *rule,
                                   const struct problem *problem, bool *diverges,
                                   struct error *error);

/* Looks at the points of a grid, rules[count], before any of them runs: (*lost)[k]
 * becomes whether point k diverges, so that it has rows without numbers. Where
 * divergence is allowed it runs instead, and STATUS_USAGE is returned if it is not said
 * how long. A single rule is left to its run, which refuses it. The caller frees *lost,
 * after a failure too. */
PNM_MUST_USE int sampling_check_points(const struct sampling *sampling,
                                       const struct rule *rules, size_t count,
                                       const struct problem *problem, bool **lost,
                                       struct error *error);

/* What such a row says. */
#define SAMPLING_LOST "the rule diverges"

/* The settings with which a point of a grid that diverges has its row: nothing is
 * sampled, and what is known exactly is told. */
struct sampling sampling_of_divergence(const struct sampling *sampling);

/* The request to plan a pair of modes with this absolute standard error. */
struct plan_request sampling_request(const struct sampling *sampling, double target);

/* The chains that the user gave, for rules or parameters whose law is not known.
 * STATUS_USAGE if chains or steps are missing. */
PNM_MUST_USE int sampling_given_chains(const struct sampling *sampling,
                                       const struct rule *rule, struct chains *chains,
                                       struct error *error);

/* Only the first few warnings about single rows are printed; sampling_warn_rest tells
 * how many more there are. */
enum { SAMPLING_WARNINGS = 8 };
void sampling_warn_rest(const struct sampling *sampling, size_t warnings);

/* "warning: ..." on standard error, unless --quiet. */
__attribute__((format(printf, 2, 3))) void
sampling_warn(const struct sampling *sampling, const char *format, ...);

/* Whether a mode without noise makes the rule divide 0 by 0 (rule_check.h) within
 * `steps` steps; *mode, if not NULL, is the first such mode, from 0. Under a rotation
 * the start alone is looked at. */
bool sampling_divides_zero(const struct rule *rule, const struct problem *problem,
                           uint64_t steps, size_t *mode);

/* What to say of it. */
#define SAMPLING_ZERO_BY_ZERO                                                          \
    "epsilon is 0, so that it divides 0 by 0 where the gradient is 0; allowed there "  \
    "is "                                                                              \
    "epsilon > 0"

#endif
