/* SPDX-License-Identifier: GPL-3.0-or-later */
/* class_data.h: a table of examples with whole labels, from which replicas draw what
 * they train and are tested on. */
#ifndef PNM_CLASS_DATA_H
#define PNM_CLASS_DATA_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLASS_DATA_CLASSES = 1000 }; /* the most that there may be */

struct class_data {
    size_t features, classes, rows;
    double *x;       /* rows x features */
    uint32_t *label; /* rows: 0 ... classes - 1 */
    /* Whether a replica shifts and scales each feature to mean 0 and variance 1 over
     * its training examples. */
    bool standardized;
    uint64_t hash; /* of everything above */
};

/* Makes data of numbers[rows x (features + 1)], rows > 0, whose last column is the
 * label: whole numbers 0 ... K - 1, of which each occurs. STATUS_USAGE, with the
 * quantity "task", and the row and column of the numbers, for labels that are not
 * whole, negative or 1000 and more, a label below the largest one that does not occur,
 * one class, no feature, a feature that is constant (allowed if `standardized` is
 * false), and numbers beyond 1e100; STATUS_MEMORY. The caller frees *data, after a
 * failure too. */
PNM_MUST_USE int class_data_make(size_t features, size_t rows, const double *numbers,
                                 bool standardized, struct class_data **data,
                                 struct error *error);

/* Legal on NULL. */
void class_data_free(struct class_data *data);

#endif
