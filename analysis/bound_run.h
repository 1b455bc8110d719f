/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_run.h: the ratio of the sides of a bound at the setting that a request gives,
 * or the search for the setting with the largest ratio. */
#ifndef PNM_BOUND_RUN_H
#define PNM_BOUND_RUN_H

#include "cli/table.h"
#include "convergence_run.h"

/* --ratio and --search, which fill a struct convergence_request. */
enum { BOUND_RUN_OPTIONS = 2 };
extern const struct option_spec bound_run_options[BOUND_RUN_OPTIONS];

/* Fills the table, which is zeroed, and counts the rows' verdicts. STATUS_USAGE,
 * STATUS_MEMORY, and the errors of bound_table.h. */
PNM_MUST_USE int bound_run_answer(const struct convergence_request *own,
                                  struct table *table, struct tally *tally,
                                  struct error *error);

#endif
