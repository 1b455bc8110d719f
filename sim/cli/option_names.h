/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option_names.h: checks the names of options on the command line. */
#ifndef PNM_OPTION_NAMES_H
#define PNM_OPTION_NAMES_H

#include "cli/options.h"

/* Checks the command line before it is parsed. STATUS_USAGE for an unknown option, with
 * the nearest name, for a name that is not written in full, for a missing value, and
 * for the value of a flag. */
PNM_MUST_USE int option_names_check(const struct options *options, int argc,
                                    char **argv, struct error *error);

#endif
