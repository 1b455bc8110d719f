/* SPDX-License-Identifier: GPL-3.0-or-later */
/* program.h: the main function of every program. */
#ifndef PNM_PROGRAM_H
#define PNM_PROGRAM_H

#include "cli/options.h"

/* Reads the command line into a request, lets the program answer it with a table, and
 * writes the table. Returns the exit status: that of the verdicts that the program has
 * counted, or that of an error, whose message goes to standard error. */
int program_main(const struct program *program, int argc, char **argv);

/* Prints the error, if any, with the option or the file that it came from, and returns
 * the exit status. options_parse must have been called. */
int program_report(const struct options *options, int status,
                   const struct error *error);

#endif
