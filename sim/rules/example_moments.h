/* SPDX-License-Identifier: GPL-3.0-or-later */
/* example_moments.h: second moments of a linear rule whose gradients come from a finite
 * data set, for mean_square.c.
 *
 * A gradient is the mean of x_k (x_k'(theta - theta*) - e_k) over B of N examples that
 * are drawn with replacement. Let H = (1/N) sum_k x_k x_k' = diag(h) and sum_k e_k x_k
 * = 0, m = E (theta - theta*) and M = E (theta - theta*)(theta - theta*)'. The
 * gradient's covariance is then
 *
 *     C = (sum_k x_k x_k' (x_k'M x_k)/N - H M H
 *          + sum_k e_k^2 x_k x_k'/N - 2 sum_k e_k x_k x_k' (x_k'm)/N) / B.
 *
 * All modes act on all pairs of modes, so that M is a full matrix. Symmetric matrices
 * are lists of their pairs (i, j), i <= j: the n diagonal ones first, then (0, 1),
 * (0, 2), ... (1, 2), ... */
#ifndef PNM_EXAMPLE_MOMENTS_H
#define PNM_EXAMPLE_MOMENTS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct mean_square;
struct mean_square_run;
struct mean_square_step;

struct example_moments {
    size_t n, pairs;
    size_t rows;    /* N */
    double *second; /* pairs: mean of e^2 x_i x_j */
    double *third;  /* pairs x n: mean of e x_i x_j x_k */
    double *fourth; /* pairs x pairs: mean of x_i x_j x_k x_l */
};

/* What the exact law is limited to: n features, and N pairs^2 products. */
enum { EXAMPLE_MOMENTS_FEATURES = 50 };
#define EXAMPLE_MOMENTS_PRODUCTS 2e10

bool example_moments_affordable(size_t n, size_t rows);

/* n (n + 1)/2, and the place of a pair in a list, i and j in any order. */
size_t example_moments_pairs(size_t n);
size_t example_moments_pair(size_t n, size_t i, size_t j);

/* Makes the moments of x[rows x n] and e[rows]. STATUS_MEMORY, STATUS_INTERRUPTED;
 * example_moments_free is legal after a failure and on zeros. */
PNM_MUST_USE int example_moments_init(struct example_moments *own, size_t n,
                                      size_t rows, const double *x, const double *e,
                                      struct error *error);
void example_moments_free(struct example_moments *own);

/* --- for mean_square.c, whose own->examples these moments are ------------------------
 */

/* Sets noise[pairs] to C for M = second[pairs] and m = mean[n]; NULL: m = 0. */
void example_moments_noise(const struct mean_square *own, const double *second,
                           const double *mean, double *noise);

/* The gain by power iteration: noise that raises M raises C, so that the largest
 * eigenvalue is real, with a positive semidefinite matrix. STATUS_MEMORY,
 * STATUS_INTERRUPTED. */
PNM_MUST_USE int example_moments_gain(const struct mean_square *own, const double *unit,
                                      double *gain, struct error *error);

/* Sets noise[pairs] to the stationary C by a linear system in all pairs; the gain must
 * be below 1. STATUS_MEMORY, STATUS_INTERRUPTED. */
PNM_MUST_USE int example_moments_solve(const struct mean_square *own,
                                       const double *unit, const double *offset,
                                       double *noise, struct error *error);

/* Takes a step of all pairs.*/
void example_moments_step(struct mean_square_run *run,
                          const struct mean_square_step *step);

#endif
