/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moments_plan.h: plans the chains from which the moments of all modes are sampled. */
#ifndef PNM_MOMENTS_PLAN_H
#define PNM_MOMENTS_PLAN_H

#include "engine/control_plan.h"
#include "engine/sampling.h"

struct moments_plan {
    struct linear_system *systems; /* n */
    double *margins;               /* n: 1 minus their spectral radii */
    double *means, *noise;         /* n, of stable modes: E theta, and C_ii */
    struct plan_law *laws;         /* n */
    struct control_mode *modes;    /* n */
    struct control *control;       /* n; NULL: no control variates */
    struct chains *chains;         /* n */
};

/* Plans each mode from its exact law, with control variates where they pay, or takes
 * the chains that are given. Modes whose plan is not affordable are planned too. What
 * sampling_systems and pilots return; moments_plan_free is legal after a failure. */
PNM_MUST_USE int moments_plan_make(struct moments_plan *plan,
                                   const struct ensemble *ensemble,
                                   const struct sampling *sampling,
                                   struct error *error);
void moments_plan_free(struct moments_plan *plan);

/* Modes that run together: all get the longest burn-in, the longest chains and the
 * largest number of chains. */
void moments_plan_join(size_t n, struct chains *chains);

#endif
