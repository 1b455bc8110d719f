/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_source.h: the option that the numbers of a column come from. */
#ifndef PNM_PLOT_SOURCE_H
#define PNM_PLOT_SOURCE_H

#include "cli/options.h"

/* The option whose values a column has; NULL: none. `options` may be NULL. */
const struct option_value *plot_source(const struct options *options,
                                       const char *column);

/* Its text; NULL: there is none. */
const char *plot_source_text(const struct options *options, const char *column);

/* Whether the values were given as a grid, not one by one. */
bool plot_source_is_grid(const struct options *options, const char *column);

#endif
