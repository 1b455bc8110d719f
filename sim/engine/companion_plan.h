/* SPDX-License-Identifier: GPL-3.0-or-later */
/* companion_plan.h: control variates for uncoupled modes of a rule without linear law,
 * by filters at the poles of its companions (companion.h) and by a pilot whose numbers
 * are thrown away. */
#ifndef PNM_COMPANION_PLAN_H
#define PNM_COMPANION_PLAN_H

#include "engine/ensemble.h"
#include "engine/sampling.h"

enum { COMPANION_CHAINS = 64 }; /* of a pilot */

/* What a pilot says of the estimate of a mode with its control variates. */
struct companion_pilot {
    double second;   /* mean of (theta - mean)^2 */
    double variance; /* of the estimate, over chains */
};

/* Whether modes of the rule may have such control variates at all: by the user's wish,
 * and where the given chains are not too few. */
bool companion_may(const struct sampling *sampling, const struct rule *rule,
                   const struct problem *problem);

/* Sets the filters of n modes from companions beside chains of those steps, on the
 * ensemble's threads. A mode without a companion, or whose poles are not found, or that
 * the time does not reach, gets none. STATUS_MEMORY, STATUS_INTERRUPTED. */
PNM_MUST_USE int companion_filters(const struct ensemble *ensemble,
                                   struct chains chains, struct session *clock,
                                   struct control *control, struct error *error);

/* Runs a pilot of COMPANION_CHAINS chains of each mode that has filters and sets its
 * coefficients and pilot[mode]. A mode whose variance is not at least halved loses its
 * filters. After a time that was up before, no mode has filters. */
PNM_MUST_USE int companion_fit(const struct ensemble *ensemble, struct chains chains,
                               struct session *clock, struct control *control,
                               struct companion_pilot *pilot, struct error *error);

/* Sets control variates beside chains that are given, the same for all modes, if the
 * pilot then takes at most half as many steps. *control has n entries, or is NULL if no
 * mode has any; the caller frees it, after a failure too. */
PNM_MUST_USE int companion_given(const struct ensemble *ensemble,
                                 const struct sampling *sampling, struct chains chains,
                                 struct control **control, struct error *error);

/* Whether any of n modes has filters. */
bool companion_any(const struct control *control, size_t n);

#endif
