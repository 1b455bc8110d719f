/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exact_only.h: what the option --exact does to options and to results. */
#ifndef PNM_EXACT_ONLY_H
#define PNM_EXACT_ONLY_H

#include "cli/options.h"
#include "cli/request.h"
#include "cli/table.h"

/* If the options ask for exact values alone, refuses options about sampling. Those that
 * a file sets get their presets back if --exact is on the command line, which takes
 * precedence. STATUS_USAGE. */
PNM_MUST_USE int exact_only_check(struct options *options, struct error *error);

/* If the request is for exact values alone, leaves out the columns that only sampling
 * fills. STATUS_USAGE if no row has a value then. */
PNM_MUST_USE int exact_only_finish(const struct request *request, struct table *table,
                                   struct error *error);

#endif
