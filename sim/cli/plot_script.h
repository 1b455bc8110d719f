/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_script.h: the parts of a script of gnuplot's that draws a plot. */
#ifndef PNM_PLOT_SCRIPT_H
#define PNM_PLOT_SCRIPT_H

#include "cli/plot_choice.h"
#include "cli/plot_range.h"

/* A point of a curve: a row of the table, or of the finer one. */
struct point {
    size_t part; /* panel x curves + curve, or beyond all */
    double x;    /* NAN: the rule lacks the parameter */
    size_t row;
};

struct script {
    const struct plot_view *view;
    const struct plot_choice *choice;
    FILE *stream;
    struct point *point; /* of the table, in the order of parts and along the axis */
    struct point *fine;  /* likewise of the finer table; NULL: there is none */
    struct plot_columns fine_columns;
    struct plot_range x, *range; /* range[panels] of the values */
    size_t panels, curves;
};

/* Writes NAME = 'value'; NULL: ''. Without memory text->failed is set. */
void script_text(FILE *stream, const char *name, const char *value, struct text *text);

/* Writes the text as the variable and empties it. */
void script_words(const struct script *script, const char *name, struct text *text);

/* Write cells of a table of gnuplot's. */
void script_cell(FILE *stream, double number, char end);
void script_triple(FILE *stream, double a, double b, double c);

/* The standard error of what a row of the table has measured, or NAN. */
double script_error(const struct script *script, size_t row);

/* Write the numbers of curves, rows and maps (plots/table.gp). `text` is empty and is
 * so afterwards. STATUS_MEMORY. */
void script_curves(const struct script *script);
void script_rows(const struct script *script);
PNM_MUST_USE int script_maps(const struct script *script, struct text *text,
                             struct error *error);

#endif
