/* plot_words.h: the words of a plot, within double quotes of gnuplot's. */
#ifndef PNM_PLOT_WORDS_H
#define PNM_PLOT_WORDS_H

#include "cli/plot_drawing.h"

#include <stdio.h>

/* Writes the text so that it can neither end the quotes nor run as a command. */
void plot_words_put(const struct plot_drawing *drawing, FILE *stream, const char *text);

/* What a column is called, or its symbol. */
void plot_words_name(const struct plot_drawing *drawing, FILE *stream, size_t column,
                     bool symbol);

/* What tells the row's curve from the others: "pnm, β₀ = 1". */
void plot_words_title(const struct plot_drawing *drawing, FILE *stream, size_t row);

/* The keys that are the same in all rows that have them. */
void plot_words_constants(struct plot_drawing *drawing, FILE *stream);

#endif
