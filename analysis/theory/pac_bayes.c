/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/pac_bayes.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

/* The Cholesky factor of a covariance, which the caller frees; NULL with an error if it
 * is not positive definite. */
static gsl_matrix *cholesky(size_t n, const double *covariance, struct error *error)
{
    gsl_matrix *factor = gsl_matrix_alloc(n, n);
    if (!factor) {
        error_write(error, "not enough memory for a covariance");
        return NULL;
    }
    memcpy(factor->data, covariance, n * n * sizeof *covariance);
    if (gsl_linalg_cholesky_decomp1(factor) == GSL_SUCCESS)
        return factor;
    gsl_matrix_free(factor);
    error_write(error, "the covariance is not positive definite");
    return NULL;
}

static double logdet(const gsl_matrix *factor)
{
    double sum = 0;
    for (size_t i = 0; i < factor->size1; i++)
        sum += 2 * log(gsl_matrix_get(factor, i, i));
    return sum;
}

/* Tr(Sigma_P^-1 Sigma_Q) and the quadratic form of the means, column by column. */
static void solve_terms(const gsl_matrix *p, const double *cov_q, const double *apart,
                        gsl_vector *x, double *trace, double *quadratic)
{
    const size_t n = p->size1;
    *trace = *quadratic = 0;
    for (size_t column = 0; column <= n; column++) {
        for (size_t i = 0; i < n; i++)
            gsl_vector_set(x, i, column < n ? cov_q[i * n + column] : apart[i]);
        gsl_linalg_cholesky_svx(p, x);
        if (column < n)
            *trace += gsl_vector_get(x, column);
        for (size_t i = 0; column == n && i < n; i++)
            *quadratic += apart[i] * gsl_vector_get(x, i);
    }
}

int pac_bayes_gaussian_kl(size_t n, const double *mean_q, const double *cov_q,
                          const double *mean_p, const double *cov_p, double *kl,
                          struct error *error)
{
    double trace, quadratic;
    gsl_matrix *q = cholesky(n, cov_q, error), *p = cholesky(n, cov_p, error);
    gsl_vector *x = gsl_vector_alloc(n), *apart = gsl_vector_alloc(n);
    int status = STATUS_USAGE;
    if (!q || !p)
        goto out;
    if (!x || !apart) {
        status = error_memory(error, "a divergence");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        apart->data[i] = mean_q[i] - mean_p[i];
    solve_terms(p, cov_q, apart->data, x, &trace, &quadratic);
    *kl = 0.5 * (logdet(p) - logdet(q) + trace + quadratic - (double)n);
    status = STATUS_OK;
out:
    if (q)
        gsl_matrix_free(q);
    if (p)
        gsl_matrix_free(p);
    gsl_vector_free(x);
    gsl_vector_free(apart);
    return status;
}

struct covariance_size pac_bayes_size_diagonal(size_t n, const double *variance)
{
    struct covariance_size size = {0, 0};
    for (size_t i = 0; i < n; i++) {
        size.trace += variance[i];
        size.logdet += log(variance[i]);
    }
    return size;
}

int pac_bayes_size_dense(size_t n, const double *covariance,
                         struct covariance_size *size, struct error *error)
{
    gsl_matrix *factor = cholesky(n, covariance, error);
    if (!factor)
        return STATUS_USAGE;
    *size = (struct covariance_size){0, logdet(factor)};
    for (size_t i = 0; i < n; i++)
        size->trace += covariance[i * n + i];
    gsl_matrix_free(factor);
    return STATUS_OK;
}

int pac_bayes_inverse(size_t n, const double *covariance, double *inverse,
                      struct error *error)
{
    gsl_matrix *factor = cholesky(n, covariance, error);
    if (!factor)
        return STATUS_USAGE;
    gsl_linalg_cholesky_invert(factor);
    memcpy(inverse, factor->data, n * n * sizeof *inverse);
    gsl_matrix_free(factor);
    return STATUS_OK;
}

double pac_bayes_prior_kl(size_t n, struct covariance_size size, double lambda,
                          double mean_square)
{
    return 0.5 * (lambda * size.trace - size.logdet - (double)n * log(lambda) +
                  lambda * mean_square - (double)n);
}

double pac_bayes_prior_kl_diagonal(size_t n, const double *variance, double lambda,
                                   double mean_square)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double off = lambda * variance[i] - 1;
        sum +=
            fabs(off) < 0.5 ? off - log1p(off) : off - (log(lambda) + log(variance[i]));
    }
    return 0.5 * (sum + lambda * mean_square);
}

/* q ln(q/p) + (1-q) ln((1-q)/(1-p)) with 0 ln 0 = 0. */
static double small_kl(double q, double p)
{
    const double first = q > 0 ? q * log(q / p) : 0;
    const double second = q < 1 ? (1 - q) * (log1p(-q) - log1p(-p)) : 0;
    return first + second;
}

double pac_bayes_small_kl_inverse(double q, double c)
{
    double low = q, high = 1;
    /* Bisects until no double lies between; high violates the inequality or is 1. */
    for (double middle = low + (high - low) / 2; middle > low && middle < high;
         middle = low + (high - low) / 2) {
        if (small_kl(q, middle) <= c)
            low = middle;
        else
            high = middle;
    }
    return high;
}

struct pac_bayes_bounds pac_bayes_bounds(double kl, double train_size, double delta,
                                         double empirical_risk)
{
    const double n = train_size;
    const double tight = kl + log(2 * sqrt(n)) - log(delta);
    return (struct pac_bayes_bounds){
        .paper = 4 * sqrt((kl + log(2 * n) - log(delta)) / n),
        .mcallester = sqrt(tight / (2 * n)),
        .maurer =
            pac_bayes_small_kl_inverse(empirical_risk, tight / n) - empirical_risk,
    };
}
