/* plot_drawing.h: what a plot draws of a table: which columns tell rows apart, which of
 * them is the axis, and which rows are one curve. */
#ifndef PNM_PLOT_DRAWING_H
#define PNM_PLOT_DRAWING_H

#include "cli/plot.h"

/* Gnuplot's own limit is 9e307, and an axis reaches beyond its numbers. */
#define PLOT_LARGEST 1e307

/* A row while rows are sorted: its group, and what it has in a column. */
struct plot_entry {
    size_t group, row;
    double number;
    const char *text;
};

/* The rows of a table in groups, numbered by where they first appear. */
struct plot_groups {
    size_t *of; /* a row's group */
    size_t count;
};

struct plot_drawing {
    const struct plot *plot;
    const struct table *table;
    const struct plot_style *style;
    int *key, keys;        /* columns that tell rows apart; key[2 x columns] */
    int axis;              /* the key along the axis; -1: every row has a line */
    int *kept, kept_count; /* keys that tell curves apart; kept[2 x columns] */
    const struct plot_value *value[PLOT_VALUES]; /* those that have numbers */
    int column[PLOT_VALUES], error[PLOT_VALUES]; /* theirs; -1: no errors */
    int values;
    double low, high;   /* of the axis */
    double least, most; /* of the values drawn, with their bars */
    struct plot_groups curves, try;
    struct plot_entry *entry;
};

/* STATUS_OUTPUT where no row has a number; STATUS_MEMORY. plot_drawing_free is legal
 * after a failure. */
PNM_MUST_USE int plot_drawing_init(struct plot_drawing *drawing,
                                   const struct plot *plot, const struct table *table,
                                   const struct plot_style *style, struct error *error);
void plot_drawing_free(struct plot_drawing *drawing);

/* A row's number in a column, NAN where it has none or one that gnuplot cannot draw;
 * column -1: NAN. */
double plot_drawing_get(const struct plot_drawing *drawing, size_t row, int column);

/* A curve's first row in the table; curves are numbered in this order. */
size_t plot_drawing_first_row(const struct plot_drawing *drawing, size_t curve);

/* How many different values a column has in the rows that have one; *row: one of those
 * rows. */
size_t plot_drawing_count(struct plot_drawing *drawing, int column, size_t *row);

/* x, or NAN where gnuplot cannot draw it. */
double plot_drawing_number(double x);

/* The rows by group, then by what they have in a column, then as they stand. */
void plot_drawing_sort(const struct table *table, const struct plot_groups *groups,
                       size_t column, struct plot_entry *entry);

#endif
