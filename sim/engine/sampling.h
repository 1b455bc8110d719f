/* sampling.h: what is to be sampled, and how finely: from a rule to planned chains. */
#ifndef PNM_SAMPLING_H
#define PNM_SAMPLING_H

#include "engine/ensemble.h"
#include "engine/plan.h"
#include "rules/rule.h"

struct sampling {
    const struct kernels *kernels;
    struct random_generator generator;
    uint64_t seed;
    int threads;
    bool quiet;
    bool allow_divergence;
    uint64_t chains, steps, burn_in; /* 0, 0, PLAN_AUTO: to be planned */
    double precision;                /* wanted relative standard error */
    bool precision_given;            /* then it is taken as it is */
    double max_samples;              /* a row's budget */
    bool max_samples_given;
    struct session *session; /* limits of time, checkpoints */
};

/* An ensemble of the rule on the loss with these settings. */
struct ensemble sampling_ensemble(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem, const char *label);

/* `label` where a progress bar is wanted, else NULL. */
const char *sampling_label(const struct sampling *sampling, const char *label);

/* Probes the rule at every curvature: systems[n], to be freed by the caller, and the
 * largest spectral radius; radius NAN, systems of dimension 0, where the rule has no
 * linear law (rule_has_law). Unless divergence is allowed, STATUS_USAGE where it is >=
 * 1, with the limit of the learning rate. */
PNM_MUST_USE int sampling_systems(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem,
                                  struct linear_system **systems, double *radius,
                                  struct error *error);

/* What to plan for, for a pair of modes with standard error target (absolute). */
struct plan_request sampling_request(const struct sampling *sampling, double target);

/* Chains for rules or parameters whose law is not known: what the user gave.
 * STATUS_USAGE where that is not enough. */
PNM_MUST_USE int sampling_given_chains(const struct sampling *sampling,
                                       const struct rule *rule, struct chains *chains,
                                       struct error *error);

/* Warnings about single rows: the first few, then how many more there are. */
enum { SAMPLING_WARNINGS = 8 };
void sampling_warn_rest(const struct sampling *sampling, size_t warnings);

/* "warning: ..." on standard error, unless --quiet. */
__attribute__((format(printf, 2, 3))) void
sampling_warn(const struct sampling *sampling, const char *format, ...);

#endif
