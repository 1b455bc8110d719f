/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_fit.h: how a table is laid out in the lines of a terminal.
 *
 * A table that fits stays as it is. Otherwise columns whose cells are all the same go
 * into a caption, but for verdicts; names break at underscores and texts at blanks;
 * numbers get 5 digits, then 4; last, columns are left out, standard errors before
 * others and verdicts after all. A single row becomes a line a column. Widths are in
 * characters, not bytes. */
#ifndef PNM_TABLE_FIT_H
#define PNM_TABLE_FIT_H

#include "cli/table.h"

enum table_place {
    TABLE_PLACE_NONE,    /* a detail, or a column without any content */
    TABLE_PLACE_SHOWN,   /* a column of the table */
    TABLE_PLACE_CAPTION, /* the same in all rows, and said once */
    TABLE_PLACE_CUT      /* left out because it does not fit */
};

struct table_layout {
    enum table_place *place; /* of every column */
    size_t *width;           /* of every column that is shown */
    size_t captions, cuts;   /* how many columns have that place */
    int digits;              /* of numbers that are no counts */
    bool upright;            /* one row, a line a column */
    size_t line;             /* characters of a line; 0: any number */
};

/* The layout in lines of `line` characters; 0: as wide as the table is. False if memory
 * runs out; table_layout_free is legal then too. */
bool table_fit(const struct table *table, size_t line, struct table_layout *layout);
void table_layout_free(struct table_layout *layout);

#endif
