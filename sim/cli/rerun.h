/* rerun.h: a run again, from the parameters in the header of its result. */
#ifndef PNM_RERUN_H
#define PNM_RERUN_H

#include "cli/options.h"

/* Gives the options that are open what they were when this program wrote the result, a
 * CSV or JSON file. What the header shows as a default is left as not given.
 * STATUS_USAGE for a file without header, and one of another program or version. */
PNM_MUST_USE int rerun_read(struct options *options, const char *path,
                            struct error *error);

#endif
