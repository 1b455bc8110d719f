/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_set.h: least squares on a finite data set, in the eigenbasis of H.
 *
 * The loss of N examples with features x_k and targets y_k is the mean of (x_k'theta -
 * y_k)^2/2. H = X'X/N = Q diag(h) Q'; the coordinates are z = Q'theta, in which the
 * features are Q'x_k and the minimum is z*. With the residuals e_k = y_k - x_k'theta*
 * an example's gradient is x_k (x_k'(theta - theta*) - e_k), and sum_k e_k x_k = 0. No
 * intercept is added. */
#ifndef PNM_DATA_SET_H
#define PNM_DATA_SET_H

#include "base/error.h"
#include "rules/example_moments.h"

#include <stdbool.h>
#include <stddef.h>

struct data_set {
    size_t n, rows;
    double *x;       /* rows x n, in the eigenbasis */
    double *e;       /* rows: the residuals at the minimum */
    double *h;       /* n curvatures, the largest first */
    double *minimum; /* n: z* */
    double *basis;   /* Q, n x n: a column is an eigenvector of H */
    double *noise;   /* n x n: the covariance of one example's gradient at z* */
    double residual; /* the mean of e^2 */
    bool exact;      /* `moments` are there: the data are not too many for them */
    struct example_moments moments;
};

/* The most features, and the most of N features^2, that a data set may have. */
enum { DATA_SET_FEATURES = 1000 };
#define DATA_SET_WORK 1e9

/* Makes a data set of numbers[rows x (n + 1)], of which the last column is the target.
 * STATUS_USAGE, with the quantity "data", for fewer rows than features, a feature that
 * is constant, features that depend on one another, and more data than are allowed;
 * STATUS_MEMORY, STATUS_INTERRUPTED. The caller frees *data, after a failure too. */
PNM_MUST_USE int data_set_make(size_t n, size_t rows, const double *numbers,
                               struct data_set **data, struct error *error);

/* Legal on NULL. */
void data_set_free(struct data_set *data);

#endif
