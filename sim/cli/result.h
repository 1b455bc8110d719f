/* SPDX-License-Identifier: GPL-3.0-or-later */
/* result.h: the header of a result, and where results are written. */
#ifndef PNM_RESULT_H
#define PNM_RESULT_H

#include "cli/request.h"
#include "cli/table.h"

/* The note that lists the options that were given at their default, if giving them
 * makes a difference. A program with such options has none of this name. */
#define RESULT_NOTE_GIVEN "given"

/* The last note, which says how many there are, so that half a header is known. */
#define RESULT_NOTE_LINES "header-lines"

/* Adds version, program and every recorded option to the table's notes, and the place
 * at which sampling stopped, "RUN:UNIT"; NULL: it did not. */
PNM_MUST_USE int result_note(const struct options *options, const char *stop_at,
                             struct table *table, struct error *error);

/* The notes as lines "key: value"; the caller frees them. NULL if memory runs out. */
char *result_describe(const struct options *options);

/* Ends the preparation of a run, whose status so far is `status`: STATUS_OUTPUT if a
 * file cannot be written where it is wanted. All ranks get the same status; they must
 * call it whatever their status is. */
PNM_MUST_USE int result_check(const struct options *options,
                              const struct request *request, int status,
                              struct error *error);

/* Writes the table where the request says: by default to standard output, as text on a
 * terminal and as CSV elsewhere; to files in the format of their ending (.json, .md,
 * .txt, else CSV). Draws it if the request asks for a plot. Where one of several
 * results cannot be written the others are, and the message says which. `fine` is for
 * the plot (plot_fine.h) and may be NULL. */
PNM_MUST_USE int result_write(const struct options *options,
                              const struct request *request, const struct table *table,
                              const struct table *fine, struct error *error);

#endif
