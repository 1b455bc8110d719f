/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_cells.h: the contents of a table, for the files sim/cli/table*.c only. */
#ifndef PNM_TABLE_CELLS_H
#define PNM_TABLE_CELLS_H

#include "base/parse.h"
#include "cli/table.h"

/* What table->filled says of a cell. */
enum { CELL_EMPTY, CELL_FILLED, CELL_LOST /* not finite, as table_known found */ };

union table_cell {
    double real;
    uint64_t count;
    size_t text; /* offset in texts */
};

struct table_note {
    char *key, *value;
};

/* What holds the text of any number, 20 digits and a zero byte too. */
enum { TABLE_NUMBER_SIZE = PARSE_TEXT };

/* The cell as text, "" if empty; a number is written into number[]. A real has that
 * many digits; 0: as many as give the same bits again. */
const char *table_cell_text(const struct table *table, size_t row, size_t column,
                            int digits, char number[static TABLE_NUMBER_SIZE]);

#endif
