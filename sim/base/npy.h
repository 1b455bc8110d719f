/* SPDX-License-Identifier: GPL-3.0-or-later */
/* npy.h: arrays of numbers in NumPy's format .npy: a magic text, a version, a header
 * that Python reads as a dictionary, and the numbers. */
#ifndef PNM_NPY_H
#define PNM_NPY_H

#include "base/error.h"
#include "base/numbers.h"
#include "base/text_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { NPY_DIMENSIONS = 3 }; /* of an array that is written */

/* Whether the path ends in ".npy". */
bool npy_is_name(const char *path);

/* Whether the file, of which nothing has been read but a mark of UTF-8, is to be read
 * as an array: by its name or by its first byte. */
bool npy_is_file(struct text_file *file);

/* Reads an array of one or two dimensions of float32 or float64, little-endian, into
 * numbers, row by row, whichever order the file has; a number alone is an array of one.
 * An array of one dimension is a column. STATUS_USAGE, with what is wrong and where,
 * for anything else, an array without numbers, and a number that is not finite;
 * STATUS_INTERRUPTED; STATUS_MEMORY. The caller frees the numbers, after a failure too.
 */
PNM_MUST_USE int npy_read(struct text_file *file, struct numbers *numbers, size_t *rows,
                          size_t *columns, struct error *error);

/* Write float64, little-endian, C order: the header of an array, 1 to NPY_DIMENSIONS
 * dimensions, and then each of its numbers. They return 0 or an errno. */
int npy_write_header(FILE *file, int dimensions, const size_t *size);
int npy_write_number(FILE *file, double value);

#endif
