/* option_names.h: what is said about options that are not there. */
#ifndef PNM_OPTION_NAMES_H
#define PNM_OPTION_NAMES_H

#include "cli/options.h"

/* Looks over the command line before it is parsed. STATUS_USAGE for an unknown option,
 * naming the nearest, for one that is not written in full, and for a missing value. */
PNM_MUST_USE int option_names_check(const struct options *options, int argc,
                                    char **argv, struct error *error);

#endif
