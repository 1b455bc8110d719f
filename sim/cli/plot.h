/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.h: what plots/table.gp draws of a table.
 *
 * The axis is a number that differs between rows. Texts that differ, but for the rule
 * and its parameters, are quantities, and each has a panel; rows that differ elsewhere
 * are other curves, in the colour of their rule. Two grids make a map, whose colour is
 * the value. Where no number differs, every row has a line of its own.
 *
 * In all of them a broad pale band is what the paper says, a line what is exact, and a
 * symbol with an error bar what is measured. */
#ifndef PNM_PLOT_H
#define PNM_PLOT_H

#include "base/error.h"
#include "cli/table.h"

#include <stdio.h>

struct options;

struct plot_value {
    const char *column; /* NULL: there is none */
    const char *title;  /* in the key */
};

enum { PLOT_KEYS = 12, PLOT_CURVES = 8, PLOT_ROWS = 40, PLOT_PANELS = 6 };

/* What is drawn of a table. */
struct plot {
    const char *label; /* of the values */
    const char *plain; /* the same in ASCII; NULL: label is */
    /* The columns that tell rows apart: those that follow from others come last. The
     * axis is the one that takes most numbers, of several the first. Names that the
     * table lacks are passed over, columns behind table->swept are added. */
    const char *keys[PLOT_KEYS + 1]; /* NULL after the last */
    struct plot_value paper, exact, measured;
    const char
        *error; /* the column of the standard error of what is measured, or NULL */
    /* A column of texts, "paper", "exact" or "measured", which say whose value a row
     * has; the three columns above are then the same. NULL: a row has all. */
    const char *series;
    double limit; /* a value that divides the others, such as a radius of 1; 0: none */
    /* What a row of exact values costs for each curvature, in units of about 15
     * microseconds; 0: 1. To it comes the cost of each step of the horizon. */
    double cost, step_cost;
};

/* What is drawn, and for whom. */
struct plot_view {
    const struct plot *plot;
    const struct table *table;
    /* The same rows without samples on a finer grid along the axis (plot_fine.h);
     * without rows: there is none. NULL: likewise. */
    const struct table *fine;
    const struct options *options; /* tell grids from lists; NULL: numbers alone do */
    const char *caption;           /* small print: the command, shortened */
    const char *command, *version; /* for an svg file: the whole command */
    size_t line; /* letters that a line of small print has room for; 0: any number */
    bool plain;  /* in ASCII */
};

/* What came of it. */
struct plot_extent {
    const char *what; /* "curves", "rows" or "panels" */
    size_t there, drawn;
    char title[200];
};

/* Writes the variables that plots/table.gp reads, and the numbers. STATUS_OUTPUT where
 * no row has a number; STATUS_MEMORY. A failing stream is left to the caller. */
PNM_MUST_USE int plot_write(const struct plot_view *view, FILE *stream,
                            struct plot_extent *extent, struct error *error);

#endif
