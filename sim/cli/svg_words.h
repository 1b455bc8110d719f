/* SPDX-License-Identifier: GPL-3.0-or-later */
/* svg_words.h: the words that an svg file says of itself. */
#ifndef PNM_SVG_WORDS_H
#define PNM_SVG_WORDS_H

#include <stdio.h>

struct svg_words {
    FILE *picture; /* as gnuplot has written it */
    const char *title, *command, *version;
};

/* Copies the picture with the title and, behind gnuplot's own words, a description. For
 * whole_file_write: returns 0 or an errno. */
int svg_words_copy(FILE *to, void *words);

#endif
