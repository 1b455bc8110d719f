/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_control.h: plans the sampling of linear rules with control variates, for
 * stationary.c only. */
#ifndef PNM_STATIONARY_CONTROL_H
#define PNM_STATIONARY_CONTROL_H

#include "compare/stationary_pilot.h"

/* Below one correlation time of (theta - mean)^2 in each chain, 1/(2 margin), a row
 * with control variates decides nothing; plans take two. */
bool stationary_control_long_enough(const struct stationary_work *work,
                                    const struct comparison *row,
                                    const struct stationary_job *job);

/* Replaces the plans of modes that run separately by ones with control variates
 * wherever these, with their pilot, take fewer coordinate-steps (control_plan.h). Sets
 * *control to n entries, those of plain modes without filters; the caller frees it,
 * after a failure too. The rows' plans count the pilot's steps. STATUS_MEMORY,
 * STATUS_SOFTWARE, and what ensembles return. */
PNM_MUST_USE int stationary_control_plan(struct stationary_work *work,
                                         const struct ensemble *ensemble,
                                         struct control **control, struct error *error);

#endif
