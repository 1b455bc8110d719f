/* SPDX-License-Identifier: GPL-3.0-or-later */
/* short_help.h: what -h prints: on a screen what a program does, its main options by
 * topic, and three examples. */
#ifndef PNM_SHORT_HELP_H
#define PNM_SHORT_HELP_H

#include "cli/options.h"

#include <stdio.h>

/* At most 30 lines of at most 79 columns. STATUS_MEMORY. */
PNM_MUST_USE int short_help_print(FILE *stream, const struct options *options,
                                  struct error *error);

/* One or two lines: the program and the options that it needs. STATUS_MEMORY. */
PNM_MUST_USE int short_help_usage(FILE *stream, const struct options *options,
                                  struct error *error);

/* Whether the program cannot run without any option. */
bool short_help_needed(const struct options *options);

#endif
