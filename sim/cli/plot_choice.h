/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_choice.h: what of a table is drawn, and how: axes, panels and curves. */
#ifndef PNM_PLOT_CHOICE_H
#define PNM_PLOT_CHOICE_H

#include "cli/plot.h"
#include "cli/plot_groups.h"

enum plot_kind {
    PLOT_ALONG, /* curves along an axis */
    PLOT_BELOW, /* rows below each other */
    PLOT_OVER   /* maps over two axes */
};

enum plot_series { PLOT_PAPER, PLOT_EXACT, PLOT_MEASURED, PLOT_SERIES };

enum plot_scale {
    PLOT_LINEAR,
    PLOT_LOG,
    PLOT_UNEVEN /* of maps: values stand side by
                   side */
};

struct plot_axis {
    int column; /* -1: there is none */
    enum plot_scale scale;
    double *value; /* value[count], in order */
    size_t count;
};

/* Rows that share something, and which of these groups are drawn. */
struct plot_parts {
    int *key; /* key[keys]: the columns that tell them apart */
    int keys;
    struct groups groups;
    size_t *place; /* of a group in the picture, SIZE_MAX: left out */
    size_t *first; /* the first row of the group drawn at a place */
    size_t drawn;
};

/* Where a table has the values; -1: nowhere. */
struct plot_columns {
    const struct table *table;
    int value[PLOT_SERIES], error, series;
};

struct plot_choice {
    const struct plot *plot;
    const struct table *table;
    enum plot_kind kind;
    struct plot_columns columns;
    struct plot_axis x, y; /* y: of maps */
    struct plot_parts panels, curves;
    int *same, sames; /* columns that hold the same in all rows that have them */
};

/* The largest number that is drawn: gnuplot's own limit is 9e307, and an axis reaches
 * beyond its numbers. */
#define PLOT_LARGEST 1e307

/* `options` may be NULL. STATUS_OUTPUT where no row has a number; STATUS_MEMORY.
 * plot_choice_free is legal after a failure. */
PNM_MUST_USE int plot_choose(struct plot_choice *choice, const struct plot *plot,
                             const struct table *table, const struct options *options,
                             struct error *error);
void plot_choice_free(struct plot_choice *choice);

/* Finds the columns of the values in a table. */
void plot_columns_find(struct plot_columns *columns, const struct plot *plot,
                       const struct table *table);

/* The number of a row; NAN if it has none that can be drawn. */
double plot_value_of(const struct plot_columns *columns, size_t row,
                     enum plot_series series);

/* Whether a value of that kind is drawn. */
static inline bool plot_has(const struct plot_choice *choice, enum plot_series series)
{
    return choice->columns.value[series] >= 0;
}

/* The scale that the option's grid has; if the option is none of linear: and log:, the
 * one on which the values are spaced more evenly. */
enum plot_scale plot_axis_scale(const struct plot_axis *axis, const char *column,
                                const struct options *options);

#endif
