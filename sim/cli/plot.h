/* plot.h: a table as a script for gnuplot.
 *
 * The axis is a number that differs between rows; rows that differ elsewhere are other
 * curves. Where no number differs, every row has a line of its own. */
#ifndef PNM_PLOT_H
#define PNM_PLOT_H

#include "base/error.h"
#include "cli/table.h"

#include <stdbool.h>
#include <stdio.h>

enum plot_look {
    PLOT_PAPER,   /* a broad pale band */
    PLOT_EXACT,   /* a line */
    PLOT_MEASURED /* symbols with error bars */
};

struct plot_value {
    const char *column; /* NULL after the last */
    const char *error;  /* the column of its standard error; NULL: it has none */
    const char *title;  /* in the key */
    enum plot_look look;
};

enum { PLOT_VALUES = 4 };

/* What is drawn of a table. */
struct plot {
    const char *label; /* of the values */
    const char *plain; /* the same in ASCII; NULL: label is */
    /* The columns that tell rows apart, blanks between them: those that follow from
     * others come last. The axis is the one that takes most numbers, of several the
     * first. Names that the table lacks are passed over, columns behind
     * table->swept are added. */
    const char *keys;
    struct plot_value value[PLOT_VALUES];
};

/* How it is drawn. */
struct plot_style {
    const char *ending; /* ".svg", ".png" or ".pdf"; "": as `terminal` says */
    /* A line of gnuplot's that sets the terminal; NULL: whatever is set already. */
    const char *terminal;
    const char *caption; /* small print */
    bool text;           /* letters on a terminal: */
    int columns, lines;  /* of so many, unless the rows of a table need more lines */
    bool color, plain;   /* in colours; of ASCII alone */
};

enum { PLOT_CURVES = 8, PLOT_ROWS = 40 };

/* Curves, or rows, of the table, and how many of them are drawn. */
struct plot_extent {
    const char *what;
    size_t there, drawn;
};

/* STATUS_OUTPUT where no row that is drawn has a number; STATUS_MEMORY. A failing
 * stream is left to the caller. */
PNM_MUST_USE int plot_write(const struct plot *plot, const struct table *table,
                            const struct plot_style *style, FILE *stream,
                            struct plot_extent *extent, struct error *error);

#endif
