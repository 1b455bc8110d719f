/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rerun.h: repeats a run from the parameters in the header of its result. */
#ifndef PNM_RERUN_H
#define PNM_RERUN_H

#include "cli/options.h"

/* Sets the options that are not set yet to what they were when this program wrote the
 * result, a CSV or JSON file. Options that the header shows at their default are left
 * as not given. STATUS_USAGE if the file has no header or is of another program or
 * version.
 */
PNM_MUST_USE int rerun_read(struct options *options, const char *path,
                            struct error *error);

#endif
