/* SPDX-License-Identifier: GPL-3.0-or-later */
/* least_squares.h: exact laws of linear rules on minibatch least squares
 * (rules/mean_square.h), from the matrices and closed forms of theory.h. */
#ifndef PNM_THEORY_LEAST_SQUARES_H
#define PNM_THEORY_LEAST_SQUARES_H

#include "rules/mean_square.h"
#include "theory/theory.h"

/* The stationary law of a rule that is stable without noise. */
struct least_squares_law {
    double gain;   /* of the loop; the law exists if it is below 1 */
    double total;  /* tr(H M), twice the risk; NAN without a law */
    double error;  /* relative bound of what rounding does to noise */
    double *noise; /* C_ii or, of a data set, C_ij, as mean_square_noise gives them;
                      NULL without a law */
};

/* Sets the law; offset[n] is the mean of theta - theta*. STATUS_MEMORY, and what
 * theory_covariance returns. least_squares_law_free is legal after a failure. */
PNM_MUST_USE int least_squares_law_init(struct least_squares_law *law,
                                        const struct mean_square *setting,
                                        const struct rule *rule, const double *offset,
                                        struct error *error);
void least_squares_law_free(struct least_squares_law *law);

/* The covariance of the noise between modes i and j. */
PNM_MUST_USE int least_squares_noise(const struct least_squares_law *law,
                                     const struct mean_square *setting,
                                     const struct rule *rule, const double *offset,
                                     size_t i, size_t j, double *noise,
                                     struct error *error);

/* mean_square_limit by exact theory. */
PNM_MUST_USE int least_squares_limit(const struct mean_square *setting,
                                     const struct rule *rule, struct interval stable,
                                     double *limit, struct error *error);

/* The systems of theory_system, for mean_square_run_init. */
void least_squares_system(const struct rule *rule, double h,
                          struct linear_system *system);

#endif
