/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_plan.h: plans the sampling of linear rules from their exact law, for
 * stationary.c only. */
#ifndef PNM_STATIONARY_PLAN_H
#define PNM_STATIONARY_PLAN_H

#include "compare/stationary_pilot.h"

/* Whether both modes of the row have a stationary law. */
bool stationary_is_stable(const struct stationary_work *work,
                          const struct comparison *row);

/* Plans one row for the default precision, or for a finer one if the verdict needs it
 * and the budget allows it. STATUS_USAGE for unstable parameters without chains. */
PNM_MUST_USE int stationary_plan_row(const struct stationary_work *work,
                                     struct comparison *row, struct stationary_job *job,
                                     struct error *error);

/* Correlated modes run together: the most demanding affordable row, if any, sets the
 * chains for all. */
void stationary_plan_join(struct stationary_work *work);

#endif
