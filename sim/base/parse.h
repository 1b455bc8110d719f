/* parse.h: numbers, lists and grids of numbers from text and files. */
#ifndef PNM_PARSE_H
#define PNM_PARSE_H

#include "base/error.h"
#include "base/numbers.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A finite decimal or hexadecimal number, the whole of text. `what` is the quantity,
 * "lr", that an error is about. STATUS_USAGE for anything else, overflow included. */
PNM_MUST_USE int parse_real(const char *what, const char *text, double *value,
                            struct error *error);

/* A whole number in low..high, the whole of text; 1e6 and the like are understood. */
PNM_MUST_USE int parse_count(const char *what, const char *text, uint64_t low,
                             uint64_t high, uint64_t *value, struct error *error);

/* The other way: the fewest digits, but no fewer than `least`, that read back as the
 * value, as %g writes them. Returns how many. */
enum { PARSE_TEXT = 32 }; /* "-2.2250738585072014e-308" and the end */
int parse_text_of(double value, int least, char text[PARSE_TEXT]);

/* One value, a list "0,1,3", or a grid "linear:LO:HI:N" or "log:LO:HI:N" (N >= 2
 * points, ends included). Logarithmic grids have the same bits on every machine. */
PNM_MUST_USE int parse_grid(const char *what, const char *text, struct numbers *numbers,
                            struct error *error);

/* The numbers of a text file, separated by white space or commas; # starts a comment.
 * *rows receives the number of lines that hold numbers, *columns how many each holds.
 * STATUS_USAGE for an unreadable or empty file, lines of unequal length, or anything
 * that is no number. */
PNM_MUST_USE int parse_file(const char *what, const char *path, struct numbers *numbers,
                            size_t *rows, size_t *columns, struct error *error);

/* The next line of a text with its end, as getline reads it, but at most `most` bytes
 * of it, for a device may have no end. Returns its length; -1 at the end of the file
 * and, with errno ENOMEM, where memory is. */
long parse_text_line(FILE *file, size_t most, char **text, size_t *size);

#endif
