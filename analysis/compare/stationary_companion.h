/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_companion.h: plans the sampling of rules without linear theory with
 * control variates, for stationary.c only. */
#ifndef PNM_STATIONARY_COMPANION_H
#define PNM_STATIONARY_COMPANION_H

#include "compare/stationary_pilot.h"

/* Replaces the plans of modes that run separately, which stationary_pilot_plan made, by
 * ones with control variates wherever these, with their pilots, take fewer
 * coordinate-steps. A rule that settles runs twice as long as the longest pilot that
 * agreed with one of half its length, the errors being those with control variates: so
 * what the start leaves is as small beside them as it is beside plain ones. Chains that
 * are given get control variates only if the steps are given, too.
 *
 * Sets *control to n entries, those of plain modes without filters, or to NULL; the
 * caller frees it, after a failure too. The rows' plans count the pilots' steps.
 * STATUS_MEMORY, and what ensembles return. */
PNM_MUST_USE int stationary_companion_plan(struct stationary_work *work,
                                           const struct ensemble *ensemble,
                                           struct control **control,
                                           struct error *error);

#endif
