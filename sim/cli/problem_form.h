/* problem_form.h: a quadratic loss and its noise, as options describe them in words. */
#ifndef PNM_PROBLEM_FORM_H
#define PNM_PROBLEM_FORM_H

#include "losses/problem.h"

/* The options' texts; batch > 0 divides C for "hessian" only. NULL for start is theta*,
 * for theta_star 0, for noise none. */
struct problem_form {
    const char *spectrum; /* list, const:V:N, linear:LO:HI:N, log:LO:HI:N, power:P:N,
                             file:PATH */
    const char *noise;    /* hessian, isotropic:VARIANCE, file:PATH */
    double batch;
    const char *theta_star; /* VALUE or file:PATH */
    const char *start;
    const char *rotation; /* none (the same as NULL), haar:SEED, file:PATH */
};

/* STATUS_USAGE for anything that is not a quadratic loss: h_i <= 0, C not symmetric
 * positive semidefinite, sizes that do not match. problem_free is legal after a
 * failure. */
PNM_MUST_USE int problem_form_read(struct problem *problem,
                                   const struct problem_form *text,
                                   struct error *error);

/* "none" gives NULL; "haar:SEED" an orthogonal matrix drawn uniformly; "file:PATH" one
 * of n x n numbers, orthogonal to 1e-10. *rotation is n x n row-major and the caller's
 * to free, after a failure too. STATUS_USAGE. */
PNM_MUST_USE int problem_form_rotation(const char *text, size_t n, double **rotation,
                                       struct error *error);

#endif
