/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/pac_bayes.h"

#include "base/interrupt.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- divergences ------------------------------------------------------------------ */

/* ln x of any quad x > 0, in double. */
static double log_of(quad x)
{
    const double ln_2 = 0.693147180559945309417;
    double twos = 0;
    for (; x < 0x1p-1000; twos -= 1000)
        x *= 0x1p1000;
    for (; x > 0x1p1000 && quad_is_finite(x); twos += 1000)
        x *= 0x1p-1000;
    return twos != 0 ? log((double)x) + twos * ln_2 : log((double)x);
}

/* x - 1 - ln x for x > 0; from x - 1 where that is small. */
static double beyond(quad x)
{
    const double off = (double)(x - 1);
    return fabs(off) < 0.5 ? -gsl_sf_log_1plusx_mx(off) : off - log_of(x);
}

/* S = L D L': m[n x n] is S and becomes L, of unit diagonal; above it stays S. False at
 * the first pivot that is not > 0, whose row is then in *row, and after a signal. */
static bool factor(size_t n, quad *m, quad *d, size_t *row)
{
    for (size_t i = 0; i < n; i++) {
        d[i] = m[i * n + i];
        for (size_t j = 0; j < i; j++) {
            quad sum = m[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k]; /* L_ik D_k, L_jk */
            m[i * n + j] = sum;
        }
        for (size_t j = 0; j < i; j++) {
            const quad l = m[i * n + j] / d[j];
            d[i] -= l * m[i * n + j];
            m[i * n + j] = l;
        }
        *row = i;
        if (!(d[i] > 0) || interrupt_pending())
            return false;
        m[i * n + i] = 1;
    }
    return true;
}

/* KL(N(0, W) | N(0, I)), W = scale S, S = L D L'. */
static double from_factors(size_t n, const quad *l, const quad *d, double scale)
{
    double kl = 0;
    for (size_t i = 0; i < n; i++) {
        quad left = 0;
        for (size_t k = 0; k < i; k++)
            left += l[i * n + k] * l[i * n + k] * d[k];
        kl += (beyond(scale * d[i]) + (double)(scale * left)) / 2;
    }
    return kl;
}

/* x <- L^-1 x, entries `step` apart. */
static void forward(size_t n, const quad *l, quad *x, size_t step)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            x[i * step] -= l[i * n + k] * x[k * step];
}

/* What ended a factorization. */
static int refuse_covariance(struct error *error)
{
    const int status = interrupt_check(error);
    return status == STATUS_OK ? error_set(error, STATUS_USAGE,
                                           "the covariance is not positive definite")
                               : status;
}

/* With P = L D L' and V = D^{-1/2} L^-1: V Q V' has the divergence of N(0, Q) from
 * N(0, P), and |V (mean_q - mean_p)|^2 is that of the means. */
int pac_bayes_gaussian_kl(size_t n, const double *mean_q, const double *cov_q,
                          const double *mean_p, const double *cov_p, double *kl,
                          struct error *error)
{
    quad *room = calloc(2 * n * n + 2 * n, sizeof *room);
    if (!room)
        return error_memory(error, "a divergence");
    quad *p = room, *q = p + n * n, *d = q + n * n, *apart = d + n, square = 0;
    int status = STATUS_OK;
    size_t row;
    for (size_t k = 0; k < n * n; k++) {
        p[k] = cov_p[k];
        q[k] = cov_q[k];
    }
    for (size_t i = 0; i < n; i++)
        apart[i] = (quad)mean_q[i] - mean_p[i];
    if (!factor(n, p, d, &row)) {
        status = refuse_covariance(error);
        goto out;
    }
    forward(n, p, apart, 1);
    for (size_t i = 0; i < n && !interrupt_pending(); i++) {
        forward(n, p, q + i, n);
        square += apart[i] * apart[i] / d[i];
    }
    for (size_t i = 0; i < n && !interrupt_pending(); i++)
        forward(n, p, q + i * n, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            q[i * n + j] /= quad_sqrt(d[i]) * quad_sqrt(d[j]);
    if (!factor(n, q, d, &row)) {
        status = refuse_covariance(error);
        goto out;
    }
    *kl = from_factors(n, q, d, 1) + (double)square / 2;
    status = interrupt_check(error);
out:
    free(room);
    return status;
}

/* --- covariances ------------------------------------------------------------------ */

struct covariance_size pac_bayes_size_diagonal(size_t n, const quad *variance,
                                               double lambda)
{
    quad trace = 0, logdet = 0, kl = 0;
    for (size_t i = 0; i < n; i++) {
        trace += variance[i];
        logdet += variance[i] > 0 ? log_of(variance[i]) : -INFINITY;
        kl += variance[i] > 0 ? beyond(lambda * variance[i]) / 2 : INFINITY;
    }
    return (struct covariance_size){.trace = (double)trace,
                                    .logdet = (double)logdet,
                                    .kl = (double)kl,
                                    .error = (double)n * DBL_EPSILON};
}

/* What element (i, j) may be off by: what it came with, and elimination's rounding. */
static double slack(const struct dense_covariance *s, size_t i, size_t j)
{
    const size_t n = s->n;
    const double size =
        sqrt((double)s->elements[i * n + i]) * sqrt((double)s->elements[j * n + j]);
    return (double)s->bound[i * n + j] + (double)(n + 1) * (double)QUAD_EPSILON * size;
}

/* sum_ij |S^-1|_ij slack_ij. inverse[n x n] is scratch: L^-1. */
static double logdet_error(const struct dense_covariance *s, const quad *l,
                           const quad *d, quad *inverse)
{
    const size_t n = s->n;
    double error = 0;
    for (size_t j = 0; j < n && !interrupt_pending(); j++) {
        for (size_t i = 0; i < n; i++)
            inverse[i * n + j] = i == j ? 1 : 0;
        forward(n, l, inverse + j, n);
    }
    for (size_t i = 0; i < n && !interrupt_pending(); i++)
        for (size_t j = 0; j <= i; j++) {
            quad sum = 0;
            for (size_t k = i; k < n; k++)
                sum += inverse[k * n + i] * inverse[k * n + j] / d[k];
            error += (i == j ? 1 : 2) * (double)quad_abs(sum) * slack(s, i, j);
        }
    return error;
}

/* The largest relative error of an element on the diagonal. */
static double coarseness(const struct dense_covariance *s)
{
    double most = (double)QUAD_EPSILON;
    for (size_t i = 0; i < s->n; i++)
        most = fmax(most, slack(s, i, i) / (double)s->elements[i * s->n + i]);
    return most;
}

/* A pivot that is not > 0: 0 and what rounding cannot have made negative mean that the
 * covariance is not positive definite. */
static int refuse_pivot(const struct dense_covariance *s, const quad *l, quad pivot,
                        size_t row, struct error *error)
{
    double reach = 1;
    for (size_t k = 0; k < row; k++)
        reach += fabs((double)l[row * s->n + k]);
    const double noise = reach * reach * coarseness(s) *
                         (double)s->elements[row * s->n + row] * (double)s->n;
    if (pivot < 0 && -(double)pivot <= noise)
        return error_about(error, STATUS_SOFTWARE, "noise",
                           "%s is singular, or so nearly that all %.0f digits of its "
                           "log-determinant are lost",
                           s->name, -log10(coarseness(s)));
    return error_about(error, STATUS_USAGE, "noise", "%s is not positive definite",
                       s->name);
}

int pac_bayes_size_dense(const struct dense_covariance *s, double lambda, double most,
                         struct covariance_size *size, struct error *error)
{
    const size_t n = s->n;
    quad *room = malloc((2 * n * n + n) * sizeof *room), trace = 0;
    int status = STATUS_OK;
    size_t row;
    if (!room)
        return error_memory(error, "a covariance");
    quad *l = room, *inverse = l + n * n, *d = inverse + n * n;
    *size = (struct covariance_size){.logdet = NAN, .kl = NAN};
    memcpy(l, s->elements, n * n * sizeof *l);
    for (size_t i = 0; i < n; i++)
        trace += s->elements[i * n + i];
    size->trace = (double)trace;
    if (!factor(n, l, d, &row)) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = refuse_pivot(s, l, d[row], row, error);
        goto out;
    }
    size->logdet = 0;
    for (size_t i = 0; i < n; i++)
        size->logdet += log_of(d[i]);
    size->kl = from_factors(n, l, d, lambda);
    size->error = logdet_error(s, l, d, inverse) + (double)n * DBL_EPSILON;
    status = interrupt_check(error);
    if (status != STATUS_OK)
        goto out;
    if (!isfinite(size->error) || !isfinite(size->kl))
        status = error_about(error, STATUS_SOFTWARE, "noise",
                             "%s is beyond the range of numbers: its divergence from "
                             "the prior cannot be computed",
                             s->name);
    else if (!(size->error <= most))
        status = error_about(
            error, STATUS_SOFTWARE, "noise",
            "%s is so nearly singular that its log-determinant is only known to within "
            "%.2g: %.0f of the %.0f digits of its elements are lost",
            s->name, size->error, fmax(log10(size->error / coarseness(s)), 0),
            -log10(coarseness(s)));
out:
    free(room);
    return status;
}

int pac_bayes_inverse(size_t n, const double *covariance, double *inverse,
                      struct error *error)
{
    gsl_matrix_view matrix = gsl_matrix_view_array(inverse, n, n);
    memcpy(inverse, covariance, n * n * sizeof *covariance);
    if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&matrix.matrix) != GSL_SUCCESS)
        return refuse_covariance(error);
    return STATUS_OK;
}

/* --- bounds ----------------------------------------------------------------------- */

/* 1 and what covers the rounding errors of the formulas below. */
#define UP (1 + 0x1p-48)

/* q (u - ln(1+u)) with u = gap/q, for q > 0. */
static double first_term(double q, double gap)
{
    const double u = gap / q;
    return u < 1e8 ? -q * gsl_sf_log_1plusx_mx(u) : gap - q * (log(gap + q) - log(q));
}

/* q ln(q/p) + (1-q) ln((1-q)/(1-p)) at p = q + gap, with 0 ln 0 = 0. What is of first
 * order in the gap cancels between the two logarithms and is left out of both; each is
 * >= 0 then. */
static double small_kl(double q, double gap)
{
    const double u = q < 1 ? -gap / (1 - q) : 0;
    const double first = q > 0 ? first_term(q, gap) : gap;
    if (u <= -1)
        return INFINITY;
    return first - (1 - q) * gsl_sf_log_1plusx_mx(u);
}

double pac_bayes_small_kl_gap(double q, double c)
{
    double low = 0, high = 1 - q;
    /* Bisects until no double lies between; high violates the inequality or is 1 - q.
     */
    for (double middle = low + (high - low) / 2; middle > low && middle < high;
         middle = low + (high - low) / 2) {
        if (small_kl(q, middle) <= c * UP)
            low = middle;
        else
            high = middle;
    }
    /* Near p = 1 the logarithm is that of a gap which rounding moved by a unit. */
    return fmin(high * UP, 1 - q);
}

struct pac_bayes_bounds pac_bayes_bounds(double kl, double train_size, double delta,
                                         double empirical_risk)
{
    const double n = train_size;
    if (isnan(kl))
        return (struct pac_bayes_bounds){NAN, NAN, NAN};
    const double tight = kl + log(2 * sqrt(n)) - log(delta);
    return (struct pac_bayes_bounds){
        .paper = 4 * sqrt((kl + log(2 * n) - log(delta)) / n) * UP,
        .mcallester = sqrt(tight / (2 * n)) * UP,
        .maurer = pac_bayes_small_kl_gap(empirical_risk, tight / n),
    };
}
