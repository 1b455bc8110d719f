/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot.h: a table drawn at once, by gnuplot. */
#ifndef PNM_GNUPLOT_H
#define PNM_GNUPLOT_H

#include "cli/plot.h"

/* Before a run: can a plot go to `where`? Allowed are files ending in .svg, .png, .pdf,
 * .txt and .gp (gnuplot's own script), "text" (on standard error), "window", and
 * "auto": a window where there is one, else text. STATUS_USAGE; STATUS_OUTPUT where
 * gnuplot, the window or the folder is missing; STATUS_MEMORY. */
PNM_MUST_USE int gnuplot_check(const char *where, struct error *error);

/* Draws there, an svg file with the plot's title and the command; a file is
 * afterwards the old one or the whole new one. view->line and view->plain are found
 * here. STATUS_OUTPUT, STATUS_MEMORY. */
PNM_MUST_USE int gnuplot_draw(const struct plot_view *view, const char *where,
                              bool color, struct plot_extent *extent,
                              struct error *error);

#endif
