/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program_help.h: what --help prints. */
#ifndef PNM_PROGRAM_HELP_H
#define PNM_PROGRAM_HELP_H

#include "cli/options.h"

/* Prints all options and rules on standard output; topic "-h": the main options alone;
 * topic is a rule's name: what it computes, where it comes from, its parameters.
 * OPTIONS_DONE; STATUS_USAGE for a rule that there is not; STATUS_MEMORY. */
PNM_MUST_USE int program_help(const struct options *options, const char *topic,
                              struct error *error);

#endif
