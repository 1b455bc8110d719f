/* SPDX-License-Identifier: GPL-3.0-or-later */
/* problem_form.h: reads a quadratic loss, or least squares, and its noise from the
 * options' texts. */
#ifndef PNM_PROBLEM_FORM_H
#define PNM_PROBLEM_FORM_H

#include "base/text.h"
#include "losses/problem.h"

/* The options' texts. batch > 0 divides C, for "hessian" only. If NULL, start is
 * theta*, theta_star is 0, and there is no noise. */
struct problem_form {
    const char *spectrum; /* list, const:V:N, linear:LO:HI:N, log:LO:HI:N, power:P:N,
                             file:PATH */
    const char *noise;    /* hessian, isotropic:VARIANCE, file:PATH */
    const char *law;      /* gaussian or NULL, student:NU, stable:ALPHA */
    double batch;
    const char *theta_star; /* VALUE or file:PATH */
    const char *start;
    const char *rotation; /* none or NULL, haar:SEED, file:PATH; data: that of `data` */
    const char *data; /* the path of a data set, in place of a spectrum; NULL: none */
    bool
        least_squares; /* gradients of minibatches of `batch` examples, noise hessian */
    double residual;   /* the variance of their residuals */
    const char *flat;  /* keep, drop, clip:EPS; NULL: curvatures must be > 0 */
    /* Receives a line for each file that may have been meant otherwise; may be NULL. */
    struct text *warnings;
};

/* Makes the problem. STATUS_USAGE if h_i <= 0 without `flat`, C is not symmetric
 * positive semidefinite, or sizes do not match. problem_free is legal after a failure.
 */
PNM_MUST_USE int problem_form_read(struct problem *problem,
                                   const struct problem_form *text,
                                   struct error *error);

/* Reads a vector of n numbers from "file:PATH" or as one value for all coordinates.
 * STATUS_USAGE, STATUS_MEMORY. */
PNM_MUST_USE int problem_form_vector(const char *option, const char *text, size_t n,
                                     double *vector, struct text *warnings,
                                     struct error *error);

/* Sets *rotation to NULL for "none", to an orthogonal matrix drawn uniformly for
 * "haar:SEED", or to that of "file:PATH", n x n numbers, orthogonal to 1e-10. It is n x
 * n row-major; the caller frees it, after a failure too. STATUS_USAGE, STATUS_MEMORY.
 */
PNM_MUST_USE int problem_form_rotation(const char *text, size_t n, double **rotation,
                                       struct error *error);

#endif
