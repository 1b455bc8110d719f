/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option_names.h: checks the names of options on the command line. */
#ifndef PNM_OPTION_NAMES_H
#define PNM_OPTION_NAMES_H

#include "cli/options.h"

/* Copies the command line into options->words, with every option by its full name:
 * "-o FILE" becomes "--output FILE", "--momentum=0.5" becomes "--beta1=0.5", "--help
 * pnm" becomes "--help=pnm" and "-h" becomes "--help=-h". STATUS_USAGE for an unknown
 * option, with the nearest name, for a name that is not written in full, for a missing
 * value, and for the value of a flag; STATUS_MEMORY. */
PNM_MUST_USE int option_names_read(struct options *options, int argc, char **argv,
                                   struct error *error);

#endif
