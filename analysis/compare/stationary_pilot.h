/* stationary_pilot.h: plans for rules without linear theory, from pilots that are
 * thrown away; for stationary.c alone. */
#ifndef PNM_STATIONARY_PILOT_H
#define PNM_STATIONARY_PILOT_H

#include "compare/stationary.h"

/* What one comparison needs while it is planned and measured. */
struct stationary_job {
    struct plan_law law;
    struct plan plan;
    struct plan_request request;
};

struct stationary_work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    struct linear_system *systems; /* probed, one a mode: for planning only */
    double *radius;                /* their spectral radii */
    double *offset;                /* n x LINEAR_STATE: start less stationary mean */
    double *mean;                  /* n: exact mean of theta */
    struct comparison *rows;
    struct stationary_job *jobs;
    size_t count;
    struct plan piloted; /* of a rule without linear theory, for all rows */
    bool diverges;       /* its pilot left the range of numbers, powers included */
};

/* Plans the steps until the rule has settled, of which the first half is burn-in, or up
 * to where it is to be measured if it never does; then the chains. STATUS_MEMORY, and
 * what ensembles return. */
PNM_MUST_USE int stationary_pilot_plan(struct stationary_work *work,
                                       const struct ensemble *ensemble,
                                       struct error *error);

#endif
