/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_text.h: writes a table as aligned text, for people. */
#ifndef PNM_TABLE_TEXT_H
#define PNM_TABLE_TEXT_H

#include "cli/table.h"
#include "cli/table_sink.h"

/* Writes the rows in lines of at most `line` characters (table_fit.h); 0: any number.
 */
void table_text_rows(struct sink *sink, const struct table *table, size_t line,
                     bool colored);

/* Writes lines of text, broken at blanks; the parts of a line begin below one another.
 */
void table_text_lines(struct sink *sink, const char *text, size_t line);

#endif
