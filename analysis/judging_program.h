/* judging_program.h: the main of a program whose exit status follows verdicts. */
#ifndef PNM_JUDGING_PROGRAM_H
#define PNM_JUDGING_PROGRAM_H

#include "estimate.h"
#include "sampling.h"

/* Parses options, calls run, and returns the exit status: from the verdicts that run
 * has counted, or for what went wrong, with its message. */
int judging_program(const struct program *program, int argc, char **argv,
                    int (*run)(const struct options *options,
                               const struct sampling *sampling,
                               struct verdict_tally *tally, struct error *error));

#endif
