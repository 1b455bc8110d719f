/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pac_bayes.h: Kullback-Leibler divergences of Gaussians, with the digits that nearly
 * singular covariances and laws that are nearly the same need, and PAC-Bayes bounds. */
#ifndef PNM_PAC_BAYES_H
#define PNM_PAC_BAYES_H

#include "base/error.h"
#include "base/quad.h"

#include <stdbool.h>
#include <stddef.h>

/* KL(Q|P) of Q = N(mean_q, cov_q) from P = N(mean_p, cov_p) in n dimensions (eq. 21);
 * covariances n x n row-major. STATUS_USAGE if one is not positive definite. */
PNM_MUST_USE int pac_bayes_gaussian_kl(size_t n, const double *mean_q,
                                       const double *cov_q, const double *mean_p,
                                       const double *cov_p, double *kl,
                                       struct error *error);

/* Of a covariance: its trace, its log-determinant, the divergence KL(Q|P) of the
 * centred Gaussian Q that has it from P = N(0, I/lambda), and what the log-determinant
 * may be off by, to first order in the errors of the elements. */
struct covariance_size {
    double trace, logdet, kl, error;
};

/* The size of a diagonal covariance with these variances; logdet is -INFINITY if one is
 * 0. A mode adds (x - 1 - ln x)/2 to the divergence, x = lambda variance, formed
 * without cancellation, so that it keeps its digits where x is near 1. */
struct covariance_size pac_bayes_size_diagonal(size_t n, const quad *variance,
                                               double lambda);

/* A dense covariance, n x n row-major. The elements are right to within bound[n x n].
 */
struct dense_covariance {
    const char *name; /* in messages: "the exact covariance" */
    size_t n;
    const quad *elements, *bound;
};

/* Its size. With S = L D L' and x_i = lambda D_i, L of unit diagonal, the divergence is
 * sum_i (x_i - 1 - ln x_i)/2 + lambda sum_{k<i} L_ik^2 D_k / 2, in which nothing
 * cancels. STATUS_USAGE if it is not positive definite; STATUS_SOFTWARE if it is so
 * nearly singular that the log-determinant may be off by more than `most`;
 * STATUS_MEMORY. */
PNM_MUST_USE int pac_bayes_size_dense(const struct dense_covariance *covariance,
                                      double lambda, double most,
                                      struct covariance_size *size,
                                      struct error *error);

/* The inverse of a dense covariance, n x n row-major. STATUS_USAGE if it is not
 * positive definite; inverse[] is then undefined. Allocates nothing. */
PNM_MUST_USE int pac_bayes_inverse(size_t n, const double *covariance, double *inverse,
                                   struct error *error);

/* Bounds on R(Q) - R^(Q) at training-set size N and failure probability delta, each
 * rounded up by more than its rounding errors, so that it remains a bound. NAN if the
 * divergence is. */
struct pac_bayes_bounds {
    double paper;      /* eq. 20: 4 sqrt((KL + ln(2N/delta))/N) */
    double mcallester; /* sqrt((KL + ln(2 sqrt(N)/delta))/(2N)) */
    double maurer;     /* kl(R^ | R^ + gap) = (KL + ln(2 sqrt(N)/delta))/N */
};
struct pac_bayes_bounds pac_bayes_bounds(double kl, double train_size, double delta,
                                         double empirical_risk);

/* The largest gap in [0, 1-q] with q ln(q/p) + (1-q) ln((1-q)/(1-p)) <= c at p = q +
 * gap, rounded up. */
double pac_bayes_small_kl_gap(double q, double c);

#endif
