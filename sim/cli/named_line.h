/* SPDX-License-Identifier: GPL-3.0-or-later */
/* named_line.h: reads what has names in a text, line by line: NAME = VALUE in a file of
 * options, "# NAME: VALUE" in the header of a result.
 *
 *     struct named_line line;
 *     int status = named_line_open(&line, "config", path, error);
 *     while (status == STATUS_OK &&
 *            (status = named_line_option(&line, error)) == STATUS_OK && line.name)
 *         ... line.name, line.value, line.section, line.number ...
 *     named_line_close(&line);
 */
#ifndef PNM_NAMED_LINE_H
#define PNM_NAMED_LINE_H

#include "base/text_file.h"

struct named_line {
    const char *path;
    struct text_file file; /* its line is cut up */
    unsigned long number;  /* of the line, from 1 */
    char *name, *value;    /* name NULL: no line is left */
    char section[128];     /* [SECTION] above the line; "": none */
};

/* STATUS_USAGE if the file cannot be read. named_line_close is legal after a failure.
 */
PNM_MUST_USE int named_line_open(struct named_line *line, const char *option,
                                 const char *path, struct error *error);
void named_line_close(struct named_line *line);

/* Reads the next line NAME = VALUE or NAME: VALUE. '#' and ';' begin a comment at the
 * start of a line, and ';' also behind a blank. STATUS_USAGE, with file and line, for
 * other lines, and as text_file_line does for one longer than 2^20 bytes. */
PNM_MUST_USE int named_line_option(struct named_line *line, struct error *error);

/* Reads the next line "# NAME: VALUE"; the header ends before the first line without #.
 * The value of a line with # that has another form is NULL. Fails as text_file_line
 * does. */
PNM_MUST_USE int named_line_note(struct named_line *line, struct error *error);

#endif
