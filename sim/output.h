/* output.h: where results go, what their header says, and how a program ends. */
#ifndef PNM_OUTPUT_H
#define PNM_OUTPUT_H

#include "options.h"
#include "table.h"

/* The note that names the options that were given as what they are by default, of those
 * where that matters. */
#define OPTIONS_NOTE_GIVEN "given"

/* Version, program and every recorded option into the table's provenance. */
PNM_MUST_USE int options_note(const struct options *options, struct table *table,
                              struct error *error);

/* The same as text, a line "key: value" each; the caller frees it. NULL without memory.
 */
char *options_describe(const struct options *options);

/* Ends the preparation of a run, which came to `status`: STATUS_OUTPUT where there is
 * no folder for an --output. The same on all ranks; must be called whatever the status.
 */
PNM_MUST_USE int options_check_output(const struct options *options, int status,
                                      struct error *error);

/* Writes the table where --output and --format say: standard output by default, text on
 * a terminal and CSV elsewhere; several files separated by commas, "-" for standard
 * output, the format of a file by its ending (.json, .md, .txt, else CSV). Standard
 * output has colours where --color and NO_COLOR say so. */
PNM_MUST_USE int options_write(const struct options *options, const struct table *table,
                               struct error *error);

/* Prints what went wrong, if anything, with the place in a file of options that it came
 * from, and returns the exit status for it. options_parse must have been called. */
int program_exit(const struct options *options, int status, struct error *error);

#endif
