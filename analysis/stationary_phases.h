/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_phases.h: which rules and options pnm-stationary runs together. */
#ifndef PNM_STATIONARY_PHASES_H
#define PNM_STATIONARY_PHASES_H

#include "stationary_at.h"

/* Leaves out the rules of `all` that cannot run with the given options; a rule that was
 * named is refused later. Sets (*rules)[*count] to the rules kept; the caller frees
 * them. */
PNM_MUST_USE int stationary_phases_leave_out(const struct request *request,
                                             struct rule **rules, size_t *count,
                                             struct error *error);

/* STATUS_USAGE for --by-phase without epochs or with --excess, and for epochs with
 * --quantiles. */
PNM_MUST_USE int stationary_phases_options(const struct stationary_request *own,
                                           struct error *error);

/* STATUS_USAGE with epochs for rules that are not linear or whose steps take more
 * samples than there are. Warns of samples that are left over. */
PNM_MUST_USE int stationary_phases_check(const struct stationary_request *own,
                                         const struct rule *rules, size_t count,
                                         struct error *error);

#endif
