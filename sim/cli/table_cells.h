/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_cells.h: the contents of a table, for table.c and table_write.c only. */
#ifndef PNM_TABLE_CELLS_H
#define PNM_TABLE_CELLS_H

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

#endif
