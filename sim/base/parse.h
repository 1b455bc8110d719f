/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.h: numbers, lists and grids of numbers from text and files. */
#ifndef PNM_PARSE_H
#define PNM_PARSE_H

#include "base/error.h"
#include "base/numbers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Index, from 0, of the first `length` letters of text among the words "a|b|c"; -1 if
 * they are none of them or if words is NULL. */
int parse_choice(const char *words, const char *text, size_t length);

/* Reads a finite decimal or hexadecimal number that fills the whole text. `what`, such
 * as "lr", is the quantity of an error. STATUS_USAGE for anything else, numbers beyond
 * and below the normal doubles too. */
PNM_MUST_USE int parse_real(const char *what, const char *text, double *value,
                            struct error *error);

/* Reads a whole number in low..high that fills the whole text; 1e6 is one too. */
PNM_MUST_USE int parse_count(const char *what, const char *text, uint64_t low,
                             uint64_t high, uint64_t *value, struct error *error);

/* Writes the value as %g does, with the fewest digits, but at least `least`, that read
 * back as the same value. Returns the number of digits. */
enum { PARSE_TEXT = 32 }; /* room for "-2.2250738585072014e-308" and the zero byte */
int parse_text_of(double value, int least, char text[PARSE_TEXT]);

/* Reads one value, a list "0,1,3", or a grid "linear:LO:HI:N" or "log:LO:HI:N" (N >= 2
 * points, ends included, and decimals of up to nine digits exactly). Blanks may follow
 * a comma. Logarithmic grids have the same bits on every machine. */
PNM_MUST_USE int parse_grid(const char *what, const char *text, struct numbers *numbers,
                            struct error *error);

/* The same for values that each give rows of their own. STATUS_USAGE for one that is
 * there twice. */
PNM_MUST_USE int parse_values(const char *what, const char *text,
                              struct numbers *numbers, struct error *error);

/* What a file of numbers looks like. */
struct parse_shape {
    size_t rows, columns;      /* lines that hold numbers, and how many each holds */
    unsigned long first, last; /* numbers of the lines that hold the first and the last
                                  row; 0: no lines */
    char end[40];  /* ", the last in line 17" for a message; "" without lines */
    char flat[40]; /* where the first number <= 0 is, "line 17"; "": nowhere */
    bool commas; /* every line is as "1,5" and may be meant as one number, not as two */
};

/* "; a comma separates numbers, ..." for a message about a file whose commas may have
 * been meant otherwise; "" for others. */
const char *parse_hint(const struct parse_shape *shape);

/* Reads the numbers of a text file, separated by white space or commas, where # starts
 * a comment, or of an array of NumPy (npy.h). STATUS_USAGE, with line and column, for
 * an unreadable or empty file, lines of unequal length, or anything that is not a
 * number; STATUS_INTERRUPTED; STATUS_MEMORY. */
PNM_MUST_USE int parse_file(const char *what, const char *path, struct numbers *numbers,
                            struct parse_shape *shape, struct error *error);

/* The same for a table, whose first line may name its columns: that line is skipped if
 * no part of it is a number, "nan" and "inf" included. */
PNM_MUST_USE int parse_table(const char *what, const char *path,
                             struct numbers *numbers, struct parse_shape *shape,
                             struct error *error);

#endif
