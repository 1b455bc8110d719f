/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/problem.h"

#include "base/interrupt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int check_symmetric(size_t n, const double *c, double tolerance,
                           struct error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (!(fabs(c[i * n + j] - c[j * n + i]) <= tolerance))
                return error_set(
                    error, STATUS_USAGE,
                    "the matrix is not symmetric: elements (%zu,%zu) and (%zu,%zu) "
                    "differ by %.3g of sqrt(C_ii C_jj)",
                    i + 1, j + 1, j + 1, i + 1, fabs(c[i * n + j] - c[j * n + i]));
    return STATUS_OK;
}

/* Sets g[n x n] with g g' = C column by column. The pivot is the largest remaining
 * diagonal element, so that rounding errors are not magnified and a vanishing pivot
 * means that nothing is left. `rest` holds C at first and is overwritten with what is
 * left of it. */
static int pivoted_factor(size_t n, double *rest, double tolerance, const double *scale,
                          double *g, struct error *error)
{
    memset(g, 0, n * n * sizeof *g);
    for (size_t step = 0; step < n; step++) {
        size_t pivot = 0;
        const int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 1; i < n; i++)
            if (rest[i * n + i] > rest[pivot * n + pivot])
                pivot = i;
        const double largest = rest[pivot * n + pivot];
        if (largest <= tolerance)
            break;
        const double root = sqrt(largest);
        for (size_t i = 0; i < n; i++)
            g[i * n + step] = rest[i * n + pivot] / root;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                rest[i * n + j] -= g[i * n + step] * g[j * n + step];
    }
    /* A computed matrix, such as Q D Q', has errors of a few eps of its largest
     * element. */
    double largest_scale = 0;
    for (size_t i = 0; i < n; i++)
        largest_scale = fmax(largest_scale, scale[i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const double own = scale[i] * scale[j], left = rest[i * n + j];
            if (left == 0 || own == 0)
                continue;
            const double rounding =
                (double)n * 1e-14 * largest_scale * largest_scale / own;
            if (!(fabs(left) <= 4 * tolerance + rounding))
                return error_set(
                    error, STATUS_USAGE,
                    "the matrix is not positive semidefinite: %.3g is left "
                    "at (%zu,%zu) of its Cholesky factorisation",
                    left, i + 1, j + 1);
        }
    return STATUS_OK;
}

/* Rotates pairs of columns of g until it is lower triangular with diagonal >= 0; g g'
 * does not change. */
static int triangulate(size_t n, double *g, struct error *error)
{
    for (size_t i = 0; i < n; i++) {
        const int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        for (size_t j = i + 1; j < n; j++) {
            const double a = g[i * n + i], b = g[i * n + j], r = sqrt(a * a + b * b);
            if (b == 0)
                continue;
            for (size_t k = i; k < n; k++) {
                const double x = g[k * n + i], y = g[k * n + j];
                g[k * n + i] = (a * x + b * y) / r;
                g[k * n + j] = (a * y - b * x) / r;
            }
            g[i * n + j] = 0;
        }
        for (size_t k = i; k < n && g[i * n + i] < 0; k++)
            if (k > i)
                g[k * n + i] = -g[k * n + i];
        g[i * n + i] = fabs(g[i * n + i]);
    }
    return STATUS_OK;
}

/* Sets scale[i] = sqrt(C_ii) and rest = C / (scale scale'), the correlations. A
 * coordinate without variance must have no covariance either. */
static int to_correlations(size_t n, const double *c, double *scale, double *rest,
                           struct error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (!(c[i * n + i] >= 0))
            return error_set(
                error, STATUS_USAGE,
                "the matrix is not positive semidefinite: element (%zu,%zu) is "
                "%.17g",
                i + 1, i + 1, c[i * n + i]);
        scale[i] = sqrt(c[i * n + i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const double s = scale[i] * scale[j];
            if (s == 0 && c[i * n + j] != 0)
                return error_set(error, STATUS_USAGE,
                                 "the matrix is not positive semidefinite: element "
                                 "(%zu,%zu) is %.3g beside a zero on the diagonal",
                                 i + 1, j + 1, c[i * n + j]);
            rest[i * n + j] = s == 0 ? 0 : c[i * n + j] / scale[i] / scale[j];
        }
    return STATUS_OK;
}

double problem_asymmetry(size_t n, const double *c)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double scale = sqrt(c[i * n + i]) * sqrt(c[j * n + j]);
            if (scale > 0)
                most = fmax(most, fabs(c[i * n + j] - c[j * n + i]) / scale);
        }
    return most;
}

void problem_symmetrize(size_t n, double *c)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            c[i * n + j] = c[j * n + i] = c[i * n + j] / 2 + c[j * n + i] / 2;
}

int problem_cholesky(size_t n, const double *c, double *f, struct error *error)
{
    const double tolerance = (double)n * 1e-13;
    double *rest = malloc(n * n * sizeof *rest);
    double *scale = malloc(n * sizeof *scale);
    int status = rest && scale ? STATUS_OK : error_memory(error, "a covariance");
    if (status != STATUS_OK)
        goto out;
    status = to_correlations(n, c, scale, rest, error);
    if (status != STATUS_OK)
        goto out;
    status = check_symmetric(n, rest, tolerance, error);
    if (status != STATUS_OK)
        goto out;
    status = pivoted_factor(n, rest, tolerance, scale, f, error);
    if (status != STATUS_OK)
        goto out;
    status = triangulate(n, f, error);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            f[i * n + j] *= scale[i];
out:
    free(rest);
    free(scale);
    return status;
}

/* Makes n modes with curvatures h[n], which are copied; everything else is 0. */
static int make(struct problem *q, size_t n, const double *h, struct error *error)
{
    *q = (struct problem){
        .n = n,
        .h = malloc(n * sizeof *q->h),
        .theta_star = calloc(n, sizeof *q->theta_star),
        .start = calloc(n, sizeof *q->start),
        .noise = calloc(n, sizeof *q->noise),
    };
    if (!q->h || !q->theta_star || !q->start || !q->noise)
        return error_memory(error, "the loss");
    memcpy(q->h, h, n * sizeof *h);
    return STATUS_OK;
}

int problem_init(struct problem *q, size_t n, const double *h, struct error *error)
{
    const int status = make(q, n, h, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        if (!(h[i] > 0))
            return error_about(error, STATUS_USAGE, "spectrum",
                               "curvature %zu is %.17g; allowed are numbers > 0", i + 1,
                               h[i]);
    return STATUS_OK;
}

int problem_init_any(struct problem *q, size_t n, const double *h, struct error *error)
{
    return make(q, n, h, error);
}

int problem_set_covariance(struct problem *q, const double *c, struct error *error)
{
    const size_t size = q->n * q->n * sizeof *c;
    free(q->noise);
    free(q->factor);
    q->dense = true;
    q->noise = malloc(size);
    q->factor = malloc(size);
    if (!q->noise || !q->factor)
        return error_memory(error, "the noise covariance");
    memcpy(q->noise, c, size);
    return problem_cholesky(q->n, c, q->factor, error);
}

bool problem_is_coupled(const struct problem *q)
{
    return q->dense || q->rotation || q->examples > 0;
}

void problem_set_examples(struct problem *q, size_t examples, double residual)
{
    q->examples = examples;
    q->residual = residual;
    for (size_t i = 0; i < q->n; i++)
        q->noise[i] = residual * q->h[i] / (double)examples;
}

int problem_init_data(struct problem *q, struct data_set *data, size_t examples,
                      struct error *error)
{
    const size_t n = data->n;
    const int status = make(q, n, data->h, error);
    q->data = data;
    q->examples = examples;
    q->residual = data->residual;
    if (status != STATUS_OK)
        return status;
    memcpy(q->theta_star, data->minimum, n * sizeof *q->theta_star);
    memcpy(q->start, data->minimum, n * sizeof *q->start);
    free(q->noise);
    q->dense = true;
    q->noise = malloc(n * n * sizeof *q->noise);
    if (!q->noise)
        return error_memory(error, "the noise covariance");
    for (size_t k = 0; k < n * n; k++)
        q->noise[k] = data->noise[k] / (double)examples;
    return STATUS_OK;
}

const struct example_moments *problem_moments(const struct problem *q)
{
    return q->data && q->data->exact ? &q->data->moments : NULL;
}

bool problem_has_law(const struct problem *q)
{
    return !q->data || q->data->exact;
}

void problem_set_epochs(struct problem *q, size_t train_size, size_t batch)
{
    q->train_size = train_size;
    q->batch = batch;
}

size_t problem_epoch(const struct problem *q, int samples)
{
    return q->train_size > 0 ? q->train_size / q->batch / (size_t)samples : 1;
}

int problem_init_mode(struct problem *q, double h, double c, struct error *error)
{
    const int status = make(q, 1, &h, error);
    if (status == STATUS_OK)
        q->noise[0] = c;
    return status;
}

int problem_init_linear(struct problem *q, double slope, double c, struct error *error)
{
    const int status = problem_init_mode(q, 0, c, error);
    q->slope = slope;
    return status;
}

int problem_init_dense(struct problem *q, size_t n, const double *h, const double *c,
                       struct error *error)
{
    const int status = make(q, n, h, error);
    return status == STATUS_OK ? problem_set_covariance(q, c, error) : status;
}

void problem_free(struct problem *q)
{
    free(q->h);
    free(q->theta_star);
    free(q->start);
    free(q->noise);
    free(q->factor);
    free(q->rotation);
    data_set_free(q->data);
    *q = (struct problem){0};
}

double problem_noise(const struct problem *q, size_t i, size_t j)
{
    if (q->dense)
        return q->noise[i * q->n + j];
    return i == j ? q->noise[i] : 0;
}
