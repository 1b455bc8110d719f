/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pac_bayes.h: Kullback-Leibler divergences of Gaussians and PAC-Bayes bounds. */
#ifndef PNM_PAC_BAYES_H
#define PNM_PAC_BAYES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* KL(Q|P) of Q = N(mean_q, cov_q) from P = N(mean_p, cov_p) in n dimensions (eq. 21);
 * covariances n x n row-major. STATUS_USAGE if one is not positive definite. */
PNM_MUST_USE int pac_bayes_gaussian_kl(size_t n, const double *mean_q,
                                       const double *cov_q, const double *mean_p,
                                       const double *cov_p, double *kl,
                                       struct error *error);

/* Trace and log-determinant of a covariance. */
struct covariance_size {
    double trace, logdet;
};

/* The size of a diagonal covariance with these variances; logdet is -INFINITY if one is
 * 0.
 */
struct covariance_size pac_bayes_size_diagonal(size_t n, const double *variance);

/* The size of a dense covariance. STATUS_USAGE if it is not positive definite. */
PNM_MUST_USE int pac_bayes_size_dense(size_t n, const double *covariance,
                                      struct covariance_size *size,
                                      struct error *error);

/* The inverse of a dense covariance, n x n row-major. STATUS_USAGE if it is not
 * positive definite. */
PNM_MUST_USE int pac_bayes_inverse(size_t n, const double *covariance, double *inverse,
                                   struct error *error);

/* KL(Q|P) of a Q whose mean has the squared length mean_square, from P = N(0,
 * I/lambda): (lambda trace - logdet - n ln lambda + lambda mean_square - n)/2. */
double pac_bayes_prior_kl(size_t n, struct covariance_size size, double lambda,
                          double mean_square);

/* pac_bayes_prior_kl of a diagonal covariance, summed mode by mode as (x - 1 - ln x)/2
 * with x = lambda variance, which keeps its digits if x is near 1. */
double pac_bayes_prior_kl_diagonal(size_t n, const double *variance, double lambda,
                                   double mean_square);

/* Bounds on R(Q) - R^(Q) at training-set size N and failure probability delta. */
struct pac_bayes_bounds {
    double paper;      /* eq. 20: 4 sqrt((KL + ln(2N/delta))/N) */
    double mcallester; /* sqrt((KL + ln(2 sqrt(N)/delta))/(2N)) */
    double maurer; /* kl(R^ | p) = (KL + ln(2 sqrt(N)/delta))/N solved for p > R^, minus
                      R^ */
};
struct pac_bayes_bounds pac_bayes_bounds(double kl, double train_size, double delta,
                                         double empirical_risk);

/* The largest p in [q, 1] with q ln(q/p) + (1-q) ln((1-q)/(1-p)) <= c, rounded up to
 * the next double, so that it remains a bound. */
double pac_bayes_small_kl_inverse(double q, double c);

#endif
