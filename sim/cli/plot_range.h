/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_range.h: ranges and tics of a plot's axes. */
#ifndef PNM_PLOT_RANGE_H
#define PNM_PLOT_RANGE_H

#include "base/text.h"

#include <stdbool.h>

/* What an axis shows: first numbers are seen, then room is made for them. */
struct plot_range {
    bool seen;
    double low, high;             /* of numbers */
    double next;                  /* the lowest number above low; NAN: there is none */
    double bar_low, bar_high;     /* of numbers with their error bars */
    double inner_low, inner_high; /* of the curve between them */
    bool logarithmic;
};

/* A number that must be in the range, with the error bar on both sides. */
void plot_range_see(struct plot_range *range, double number, double bar);

/* A number of a curve between the points, which may leave the range at its ends. */
void plot_range_see_between(struct plot_range *range, double number);

/* Whether numbers are positive and far apart. */
bool plot_range_spans(const struct plot_range *range);

/* Forgets one number that is ten powers of ten below two others, a 0 but for rounding.
 */
void plot_range_forget_zero(struct plot_range *range);

/* Sets low and high to the ends of the axis, with `part` of its length free at both. */
void plot_range_close(struct plot_range *range, double part);

/* Appends "(0.1,0.2,0.5)", tics of a logarithmic axis; nothing where gnuplot's own will
 * do. If `scaled` they are at the decimal logarithms of what they say. */
void plot_range_tics(double low, double high, bool scaled, struct text *text);

#endif
