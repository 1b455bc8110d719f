/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_plan.h: plans the sampling of uncoupled modes of a linear rule with control
 * variates, by a pilot whose numbers are thrown away. */
#ifndef PNM_CONTROL_PLAN_H
#define PNM_CONTROL_PLAN_H

#include "engine/ensemble.h"
#include "engine/sampling.h"

/* A mode that is to be planned. The caller sets all but `controlled`. */
struct control_mode {
    /* The rule on this mode; NULL if no control variates are wanted, or if the plain
     * plan is infinite. */
    const struct linear_system *system;
    const struct plan_law *law;
    double margin; /* 1 minus the system's spectral radius */
    /* Requests with the finest error wanted, and with the one that is enough where the
     * finest exceeds the budget. */
    struct plan_request sharp, coarse;
    /* A finer standard error, taken where it costs less than the plain plan and, in a
     * sum, no more than the modes before have left of the budget; 0: none. */
    double fine;
    struct plan_request request; /* that of the plan */
    struct plan plan; /* without control variates, until a better one is found */
    bool controlled;  /* the plan is one with control variates */
};

/* What is planned together. */
struct control_plan {
    const struct sampling *sampling;
    const struct ensemble *ensemble; /* that is measured afterwards */
    struct control_mode *modes;      /* one for each of the loss */
    bool sum;                        /* the budget is that of all modes together */
    bool means;                      /* of theta get control variates too */
    struct control *control;         /* n, those of plain modes without filters */
    bool cut; /* time was up before a pilot ended: nothing will be sampled, and every
               * plan counts as affordable */
};

/* 1 minus the spectral radius, below which the chains of a rule are too long to plan.
 */
#define CONTROL_PLAN_MARGIN 0x1p-45

/* The chains of a pilot of a mode of this margin, or of modes together whose slowest
 * has it: two correlation times of (theta - mean)^2 or more are recorded, after a
 * burn-in twice as long or more. law, if not NULL, tells how long the start is seen in
 * the mean. */
struct chains control_plan_pilot(const struct sampling *sampling, double margin,
                                 const struct plan_law *law);

/* Whether modes of the rule may have control variates at all: by the user's wish, where
 * the given chains are not too few and the noise is independent in time. */
bool control_plan_may(const struct sampling *sampling, const struct rule *rule,
                      const struct problem *problem);

/* Replaces plans by ones with control variates wherever these, with their pilot, take
 * fewer coordinate-steps, and sets plan->control, which the caller frees after a
 * failure too. Plans count the pilot's steps. If chains and steps are both given, the
 * control variates lessen the error instead, and the pilot takes at most half as many
 * steps as the run. STATUS_MEMORY, STATUS_SOFTWARE, and what ensembles return. */
PNM_MUST_USE int control_plan_make(struct control_plan *plan, struct error *error);

#endif
