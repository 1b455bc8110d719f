/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_fine.h: exact values on a finer grid than the table's, for the lines of a plot.
 */
#ifndef PNM_PLOT_FINE_H
#define PNM_PLOT_FINE_H

#include "cli/options.h"
#include "cli/request.h"
#include "cli/table.h"

/* Lets the program answer the request once more, without sampling, for about 200 values
 * along the axis of the table's plot; those of the table are among them. `fine` must be
 * zeroed and stays without rows where the plot has no line along an axis that is made
 * finer, or where exact values take long. All ranks must call it. STATUS_MEMORY,
 * STATUS_INTERRUPTED; table_free is legal after a failure. */
PNM_MUST_USE int plot_fine(const struct options *options, const struct request *request,
                           const struct table *table, struct table *fine,
                           struct error *error);

#endif
