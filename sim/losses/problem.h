/* problem.h: the loss f(theta) = 1/2 (theta - theta*)' H (theta - theta*) in the
 * eigenbasis of H, or the linear loss f(theta) = slope theta, and the covariance C of
 * the Gaussian gradient noise. */
#ifndef PNM_PROBLEM_H
#define PNM_PROBLEM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct problem {
    size_t n;           /* dimension */
    double *h;          /* n curvatures, > 0; 0 for a linear loss */
    double slope;       /* constant part of the gradient, in every coordinate */
    double *theta_star; /* n: the minimum */
    double *start;      /* n: theta at step 0 */
    bool dense;         /* is the noise given by a matrix? */
    double *noise;      /* C: n variances, or n x n row-major where dense */
    double *factor;     /* where dense: lower triangular F, n x n, with F F' = C */
    double *rotation;   /* Q, n x n: rules run on Q z (rotation.h); NULL: on z */
};

/* Whether its modes must run together. */
bool problem_is_coupled(const struct problem *problem);

/* n modes with curvatures h[n], which are copied; the noise, theta* and the start are
 * 0. STATUS_USAGE where a curvature is not > 0. problem_free is legal after a failure
 * of this and of the other ways to make one. */
PNM_MUST_USE int problem_init(struct problem *problem, size_t n, const double *h,
                              struct error *error);

/* Gives it the dense noise covariance c[n x n]. STATUS_USAGE where that is not
 * symmetric positive semidefinite. */
PNM_MUST_USE int problem_set_covariance(struct problem *problem, const double *c,
                                        struct error *error);

/* One mode: curvature h, noise variance c, theta* = 0, start 0. */
PNM_MUST_USE int problem_init_mode(struct problem *problem, double h, double c,
                                   struct error *error);

/* The linear loss f = slope theta in one coordinate, noise variance c, start 0. */
PNM_MUST_USE int problem_init_linear(struct problem *problem, double slope, double c,
                                     struct error *error);

/* n modes with curvatures h[n] and dense noise covariance c[n x n]; theta* = start = 0.
 */
PNM_MUST_USE int problem_init_dense(struct problem *problem, size_t n, const double *h,
                                    const double *c, struct error *error);

void problem_free(struct problem *problem);

/* C_ij, i and j from 0. */
double problem_noise(const struct problem *problem, size_t i, size_t j);

/* Lower triangular F with F F' = C for a symmetric positive semidefinite C (n x n,
 * row-major). STATUS_USAGE if C is not that, to n 1e-13 of sqrt(C_ii C_jj) in element
 * (i, j) and, for what is left of C in the end, to n 1e-14 of the largest element, as
 * rounding leaves in a matrix that was computed. */
PNM_MUST_USE int problem_cholesky(size_t n, const double *c, double *factor,
                                  struct error *error);

#endif
