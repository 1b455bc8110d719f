/* SPDX-License-Identifier: GPL-3.0-or-later */
/* problem.h: the loss f(theta) = 1/2 (theta - theta*)' H (theta - theta*) in the
 * eigenbasis of H, or the linear loss f(theta) = slope theta, and the gradient noise:
 * of covariance C, Gaussian or of another law, drawn from fixed samples of covariance
 * B C without replacement, or that of minibatches of least squares, whose examples are
 * normal or those of a data set. */
#ifndef PNM_PROBLEM_H
#define PNM_PROBLEM_H

#include "base/error.h"
#include "base/noise_law.h"
#include "losses/data_set.h"

#include <stdbool.h>
#include <stddef.h>

struct problem {
    size_t n;           /* dimension */
    double *h;          /* n curvatures, > 0 but for problem_init_any; 0 for a linear
                           loss */
    double slope;       /* constant part of the gradient, in every coordinate */
    double *theta_star; /* n: the minimum */
    double *start;      /* n: theta at step 0 */
    bool dense;         /* whether the noise is an n x n matrix */
    double *noise;      /* C: n variances, or n x n row-major if dense */
    double *factor;     /* if dense: lower triangular F, n x n, with F F' = C */
    /* Of the noise's independent parts: of each coordinate if C is diagonal. Without a
     * variance the law is scaled as noise_law.h says, sqrt(C_ii) times. */
    struct noise_law law;
    double *rotation; /* Q, n x n: rules run on Q z (rotation.h); NULL: on z */
    /* Of least squares: a gradient is the mean of x (x'(theta - theta*) - e) over that
     * many fresh examples, x ~ N(0, H), e ~ N(0, residual). `noise` is then C at the
     * minimum. 0: the noise is Gaussian. */
    size_t examples;
    double residual;
    /* The data set that the examples are drawn from, with replacement; `residual` is
     * then their mean squared residual, and `noise` is dense, without a factor. NULL:
     * they are fresh. */
    struct data_set *data;
    /* Of epochs: the noise of a gradient is the mean of the next `batch` of train_size
     * fixed samples, which are shuffled at the start of each epoch. C is what it is
     * with replacement. 0: the noise of each gradient is fresh. */
    size_t train_size, batch;
};

/* Whether the problem's modes must run together. */
bool problem_is_coupled(const struct problem *problem);

/* Makes a problem of n modes with curvatures h[n], which are copied; the noise, theta*
 * and the start are 0. STATUS_USAGE if a curvature is not > 0. problem_free is legal
 * after a failure of this and of the other problem_init functions. */
PNM_MUST_USE int problem_init(struct problem *problem, size_t n, const double *h,
                              struct error *error);

/* The same with curvatures of any sign: where they are not positive, theta* is no
 * minimum and theta has no stationary law without weight decay. */
PNM_MUST_USE int problem_init_any(struct problem *problem, size_t n, const double *h,
                                  struct error *error);

/* Makes the gradients those of minibatches. */
void problem_set_examples(struct problem *problem, size_t examples, double residual);

/* Makes a problem of minibatches of that many examples of a data set, which it takes
 * and frees with problem_free: its minimum is theta*, where theta starts.
 * STATUS_MEMORY.
 */
PNM_MUST_USE int problem_init_data(struct problem *problem, struct data_set *data,
                                   size_t examples, struct error *error);

/* The moments that exact theory of a data set takes; NULL if the examples are not those
 * of one, or if it is too large. */
const struct example_moments *problem_moments(const struct problem *problem);

/* Whether the law of linear rules is known: not on a data set that is too large. */
bool problem_has_law(const struct problem *problem);

/* Makes the noise that of epochs. */
void problem_set_epochs(struct problem *problem, size_t train_size, size_t batch);

/* The steps of an epoch for a rule that takes `samples` gradients a step; samples that
 * are left over at its end are not used. 1 without epochs. */
size_t problem_epoch(const struct problem *problem, int samples);

/* Gives the problem the dense noise covariance c[n x n]. STATUS_USAGE if it is not
 * symmetric positive semidefinite. */
PNM_MUST_USE int problem_set_covariance(struct problem *problem, const double *c,
                                        struct error *error);

/* Makes a problem of one mode: curvature h, noise variance c, theta* = 0, start 0. */
PNM_MUST_USE int problem_init_mode(struct problem *problem, double h, double c,
                                   struct error *error);

/* Makes the linear loss f = slope theta in one coordinate, noise variance c, start 0.
 */
PNM_MUST_USE int problem_init_linear(struct problem *problem, double slope, double c,
                                     struct error *error);

/* Makes n modes with curvatures h[n] and dense noise covariance c[n x n]; theta* =
 * start = 0. */
PNM_MUST_USE int problem_init_dense(struct problem *problem, size_t n, const double *h,
                                    const double *c, struct error *error);

void problem_free(struct problem *problem);

/* C_ij, i and j from 0. */
double problem_noise(const struct problem *problem, size_t i, size_t j);

/* The largest |c_ij - c_ji| of an n x n matrix, as a part of sqrt(c_ii c_jj); elements
 * beside a diagonal that is not positive are left out. */
double problem_asymmetry(size_t n, const double *c);

/* Replaces c_ij and c_ji by their mean. */
void problem_symmetrize(size_t n, double *c);

/* Sets factor to the lower triangular F with F F' = C for a symmetric positive
 * semidefinite C (n x n, row-major). STATUS_USAGE if C is not one. The tolerance is n
 * 1e-13 sqrt(C_ii C_jj) in element (i, j), and n 1e-14 of the largest element for what
 * is left of C at the end, because a computed matrix has rounding errors. */
PNM_MUST_USE int problem_cholesky(size_t n, const double *c, double *factor,
                                  struct error *error);

#endif
