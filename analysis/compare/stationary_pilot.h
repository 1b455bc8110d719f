/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_pilot.h: plans the sampling of rules without linear theory from pilots,
 * for stationary.c only. */
#ifndef PNM_STATIONARY_PILOT_H
#define PNM_STATIONARY_PILOT_H

#include "compare/stationary.h"
#include "theory/least_squares.h"

/* The plan of one row while it is made and measured. */
struct stationary_job {
    struct plan_law law;
    struct plan plan;
    struct plan_request request; /* that of the plan */
    struct plan_request sharp;   /* that of the finest error wanted */
    bool controlled;             /* the plan is one with control variates */
    double bias;                 /* what the start leaves, of minibatches */
    bool skewed; /* chains of minibatches are too skewed for a standard error */
};

struct stationary_work {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    enum stationary_elements elements;
    struct linear_system *systems; /* probed, one a mode: for planning only */
    double *margin;                /* 1 minus their spectral radii */
    double *offset;                /* n x LINEAR_STATE: start minus stationary mean */
    double *mean;                  /* n: exact mean of theta */
    struct least_squares_law law;  /* of minibatches, if there is one */
    double *moved;                 /* n: mean minus theta*; NULL without that law */
    struct comparison *rows;
    struct stationary_job *jobs;
    size_t count;
    struct plan piloted; /* for all rows of a rule without linear theory */
    bool diverges;       /* its pilot, or what was measured without one, overflowed, in
                          * theta or in powers of it */
    bool undefined;      /* it divided 0 by 0 */
};

/* True if the rule has no linear theory and both steps and chains are given, so that
 * nothing is left to plan: no pilot is run. */
bool stationary_pilot_spared(const struct stationary_work *work);

/* Judges, where the pilot was spared, what was measured as a pilot would be: if a row
 * is beyond the range of numbers, no row counts as sampled. */
void stationary_pilot_judge(struct stationary_work *work);

/* Plans steps and chains that are not given; both: without a pilot. The steps are those
 * in which the rule settles, the first half being burn-in; a rule that never settles is
 * recorded over the last eighth of its steps. STATUS_MEMORY, and what ensembles return.
 */
PNM_MUST_USE int stationary_pilot_plan(struct stationary_work *work,
                                       const struct ensemble *ensemble,
                                       struct error *error);

#endif
