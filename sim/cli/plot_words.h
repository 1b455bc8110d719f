/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_words.h: the words of a plot. All are in ASCII if `plain`. */
#ifndef PNM_PLOT_WORDS_H
#define PNM_PLOT_WORDS_H

#include "cli/plot_choice.h"

/* Each appends to the text. */

/* "learning rate η" */
void plot_words_axis(const char *column, bool plain, struct text *text);

/* What a row has in columns: "pnm, β₀ = 1". */
void plot_words_row(const struct plot_choice *choice, const int *columns, int count,
                    size_t row, bool plain, struct text *text);

/* What is shown: "Stationary covariance Σ against learning rate η: pnm, β₀ = 1". */
void plot_words_title(const struct plot_choice *choice, bool plain, struct text *text);

/* What all rows share that have it: as much as fits in `line` letters. */
void plot_words_same(const struct plot_choice *choice, bool plain, size_t line,
                     struct text *text);

/* "4 of 12 curves are not shown: β₀ = 0.5, ..."; nothing if all are. Names that do not
 * fit in `line` letters are left out. */
void plot_words_missing(const struct plot_choice *choice, bool plain, size_t line,
                        struct text *text);

/* The text with a question mark for what is no letter, or none that an svg may hold: a
 * file's name, which a caption may have, need not be text. */
void plot_words_clean(const char *text, struct text *clean);

#endif
