/* result.h: what the header of a result says, and where results go. */
#ifndef PNM_RESULT_H
#define PNM_RESULT_H

#include "cli/request.h"
#include "cli/table.h"

/* The note that names the options that were given with their default value, of those
 * where that is not the same as not giving them. */
#define RESULT_NOTE_GIVEN "given"

/* Version, program and every recorded option into the table's provenance. */
PNM_MUST_USE int result_note(const struct options *options, struct table *table,
                             struct error *error);

/* The same as text, a line "key: value" each; the caller frees it. NULL without memory.
 */
char *result_describe(const struct options *options);

/* Ends the preparation of a run, which came to `status`: STATUS_OUTPUT where a result
 * has no folder to be written to. The same on all ranks; must be called whatever the
 * status. */
PNM_MUST_USE int result_check(const struct request *request, int status,
                              struct error *error);

/* Writes the table where the request says: to standard output by default, as text on a
 * terminal and as CSV elsewhere; to files in the format of their ending (.json, .md,
 * .txt, else CSV). Draws it where the request asks for that. */
PNM_MUST_USE int result_write(const struct options *options,
                              const struct request *request, const struct table *table,
                              struct error *error);

#endif
