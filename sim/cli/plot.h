/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.h: what plots/table.gp draws of a table.
 *
 * The axis is a number that differs between rows; rows that differ elsewhere are other
 * curves. Where no number differs, every row has a line of its own. */
#ifndef PNM_PLOT_H
#define PNM_PLOT_H

#include "base/error.h"
#include "cli/table.h"

#include <stdio.h>

struct plot_value {
    const char *column; /* NULL: there is none */
    const char *title;  /* in the key */
};

enum { PLOT_KEYS = 12, PLOT_CURVES = 8, PLOT_ROWS = 40 };

/* What is drawn of a table. */
struct plot {
    const char *label; /* of the values */
    const char *plain; /* the same in ASCII; NULL: label is */
    /* The columns that tell rows apart: those that follow from others come last. The
     * axis is the one that takes most numbers, of several the first. Names that the
     * table lacks are passed over, columns behind table->swept are added. */
    const char *keys[PLOT_KEYS + 1]; /* NULL after the last */
    /* A broad pale band, a line, and symbols with error bars. */
    struct plot_value paper, exact, measured;
    const char
        *error; /* the column of the standard error of what is measured, or NULL */
};

/* Curves, or rows, of the table, and how many of them are drawn. */
struct plot_extent {
    const char *what;
    size_t there, drawn;
};

/* Writes the variables that plots/table.gp reads, and the table; `caption` is the small
 * print. STATUS_OUTPUT where no row that is drawn has a number; STATUS_MEMORY. A
 * failing stream is left to the caller. */
PNM_MUST_USE int plot_write(const struct plot *plot, const struct table *table,
                            const char *caption, FILE *stream,
                            struct plot_extent *extent, struct error *error);

#endif
