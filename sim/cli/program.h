/* program.h: the main function of every program. */
#ifndef PNM_PROGRAM_H
#define PNM_PROGRAM_H

#include "cli/options.h"

/* Reads the command line into a request, has the program answer it with a table, and
 * writes that. Returns the exit status: from the verdicts that the program has counted,
 * or for what went wrong, with its message on standard error. */
int program_main(const struct program *program, int argc, char **argv);

/* Prints what went wrong, if anything, with the option and the file that it came from,
 * and returns the exit status for it. options_parse must have been called. */
int program_report(const struct options *options, int status,
                   const struct error *error);

#endif
