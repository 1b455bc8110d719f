/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/data_set.h"

#include "base/interrupt.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The least curvature, of the largest, that is no sum of rounding errors. */
static const double least_curvature = 1e-12;

/* --- the eigenbasis --------------------------------------------------------------- */

/* The sum of a_k b_k in an order that does not depend on the processor. */
static double product_of(size_t count, const double *a, const double *b)
{
    double sum[4] = {0};
    size_t k = 0;
    for (; k + 4 <= count; k += 4)
        for (size_t part = 0; part < 4; part++)
            sum[part] += a[k + part] * b[k + part];
    for (; k < count; k++)
        sum[0] += a[k] * b[k];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* (a, b) <- (c a - s b, s a + c b) */
static void turn(size_t count, double c, double s, double *restrict a,
                 double *restrict b)
{
    for (size_t k = 0; k < count; k++) {
        const double x = a[k], y = b[k];
        a[k] = c * x - s * y;
        b[k] = s * x + c * y;
    }
}

/* Turns pairs of the columns of X until they are orthogonal, and those of Q, which is I
 * at first, with them (one-sided Jacobi: Demmel and Veselic, SIAM J. Matrix Anal. Appl.
 * 13 (1992) 1204). Small curvatures are then as accurate as large ones. Both lie column
 * by column. */
static int orthogonalize(size_t n, size_t rows, double *x, double *q,
                         struct error *error)
{
    enum { SWEEPS = 60 };
    const double tolerance = 4 * DBL_EPSILON;
    bool again = true;
    int status = STATUS_OK;
    for (int sweep = 0; again && sweep < SWEEPS; sweep++) {
        again = false;
        for (size_t i = 0; i + 1 < n; i++) {
            for (size_t j = i + 1; j < n; j++) {
                double *a = x + i * rows, *b = x + j * rows;
                const double aa = product_of(rows, a, a), bb = product_of(rows, b, b);
                const double ab = product_of(rows, a, b);
                if (!(fabs(ab) > tolerance * sqrt(aa) * sqrt(bb)))
                    continue;
                const double zeta = (bb - aa) / (2 * ab);
                const double t =
                    (zeta < 0 ? -1 : 1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
                const double c = 1 / sqrt(1 + t * t);
                turn(rows, c, c * t, a, b);
                turn(n, c, c * t, q + i * n, q + j * n);
                again = true;
            }
            status = interrupt_check(error);
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

/* Where column i of the turned ones goes: curvatures fall, and equal ones keep their
 * order. */
static size_t place_of(size_t n, const double *h, size_t i)
{
    size_t place = 0;
    for (size_t j = 0; j < n; j++)
        place += h[j] > h[i] || (j < i && h[j] == h[i]);
    return place;
}

/* Fills h, x and Q from the turned columns. The largest part of an eigenvector is made
 * positive. */
static void take_columns(struct data_set *own, const double *x, const double *q,
                         double *h)
{
    const size_t n = own->n, rows = own->rows;
    for (size_t i = 0; i < n; i++)
        h[i] = product_of(rows, x + i * rows, x + i * rows) / (double)rows;
    for (size_t i = 0; i < n; i++) {
        const size_t place = place_of(n, h, i);
        const double *vector = q + i * n;
        size_t most = 0;
        for (size_t k = 1; k < n; k++)
            if (fabs(vector[k]) > fabs(vector[most]))
                most = k;
        const double sign = vector[most] < 0 ? -1 : 1;
        own->h[place] = h[i];
        for (size_t k = 0; k < n; k++)
            own->basis[k * n + place] = sign * vector[k];
        for (size_t k = 0; k < rows; k++)
            own->x[k * n + place] = sign * x[i * rows + k];
    }
}

static int find_basis(struct data_set *own, const double *numbers, struct error *error)
{
    const size_t n = own->n, rows = own->rows;
    double *x = calloc(rows * n + n * n + n + 1, sizeof *x);
    if (!x)
        return error_memory(error, "the data");
    double *q = x + rows * n, *h = q + n * n;
    for (size_t i = 0; i < n; i++) {
        q[i * n + i] = 1;
        for (size_t k = 0; k < rows; k++)
            x[i * rows + k] = numbers[k * (n + 1) + i];
    }
    const int status = orthogonalize(n, rows, x, q, error);
    if (status == STATUS_OK)
        take_columns(own, x, q, h);
    free(x);
    return status;
}

/* --- the minimum ------------------------------------------------------------------ */

/* Adds to the minimum what the residuals still have of the features, twice, because the
 * first time rounds. A fit without residuals leaves rounding errors, which count as 0.
 */
static void find_minimum(struct data_set *own, const double *numbers)
{
    static const double rounding = 1e-12;
    const size_t n = own->n, rows = own->rows;
    double targets = 0, squares = 0;
    for (size_t k = 0; k < rows; k++) {
        own->e[k] = numbers[k * (n + 1) + n];
        targets += own->e[k] * own->e[k];
    }
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t k = 0; k < rows; k++)
                sum += own->e[k] * own->x[k * n + i];
            own->minimum[i] += sum / (double)rows / own->h[i];
        }
        for (size_t k = 0; k < rows; k++) {
            double fit = 0;
            for (size_t i = 0; i < n; i++)
                fit += own->x[k * n + i] * own->minimum[i];
            own->e[k] = numbers[k * (n + 1) + n] - fit;
        }
    }
    for (size_t k = 0; k < rows; k++)
        squares += own->e[k] * own->e[k];
    if (!(squares > rounding * rounding * targets)) {
        memset(own->e, 0, rows * sizeof *own->e);
        squares = 0;
    }
    own->residual = squares / (double)rows;
}

/* The covariance of x e. */
static void find_noise(struct data_set *own)
{
    const size_t n = own->n;
    for (size_t k = 0; k < own->rows; k++) {
        const double *x = own->x + k * n, square = own->e[k] * own->e[k];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                own->noise[i * n + j] += square * x[i] * x[j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            own->noise[j * n + i] = own->noise[i * n + j] /= (double)own->rows;
}

/* --- what is not allowed ---------------------------------------------------------- */

static int check_size(size_t n, size_t rows, struct error *error)
{
    if (n == 0)
        return error_about(error, STATUS_USAGE, "data",
                           "the file holds one column; allowed are columns of "
                           "features and a last one, the target");
    if (n > DATA_SET_FEATURES)
        return error_about(error, STATUS_USAGE, "data",
                           "%zu features are too many; allowed are at most %d", n,
                           DATA_SET_FEATURES);
    if (rows < n)
        return error_about(error, STATUS_USAGE, "data",
                           "%zu rows are fewer than the %zu features, so that the loss "
                           "has no single minimum; allowed are at least %zu rows",
                           rows, n, n);
    if ((double)rows * (double)n * (double)n > DATA_SET_WORK)
        return error_about(error, STATUS_USAGE, "data",
                           "%zu rows of %zu features are too many; allowed are %g for "
                           "rows times features times features",
                           rows, n, DATA_SET_WORK);
    return STATUS_OK;
}

static int check_features(size_t n, size_t rows, const double *numbers,
                          struct error *error)
{
    static const double largest = 1e70; /* fourth powers are numbers */
    for (size_t k = 0; k < rows * (n + 1); k++)
        if (!(fabs(numbers[k]) <= largest))
            return error_about(
                error, STATUS_USAGE, "data",
                "row %zu, column %zu is %g; allowed are numbers up to %g",
                k / (n + 1) + 1, k % (n + 1) + 1, numbers[k], largest);
    for (size_t i = 0; i < n; i++) {
        const double first = numbers[i];
        size_t same = 1;
        while (same < rows && numbers[same * (n + 1) + i] == first)
            same++;
        if (same == rows && (rows > 1 || first == 0))
            return error_about(error, STATUS_USAGE, "data",
                               "column %zu is %g in every row; allowed are features "
                               "that vary%s",
                               i + 1, first,
                               first == 0 ? ""
                                          : ", and in place of an intercept subtract "
                                            "the mean of each column");
    }
    return STATUS_OK;
}

/* Names the feature with the largest part in the flattest direction. */
static int check_curvatures(const struct data_set *own, struct error *error)
{
    const size_t n = own->n;
    size_t most = 0;
    for (size_t k = 1; k < n; k++)
        if (fabs(own->basis[k * n + n - 1]) > fabs(own->basis[most * n + n - 1]))
            most = k;
    if (own->h[n - 1] > least_curvature * own->h[0])
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "data",
                       "H = X'X/N is singular or nearly so: its eigenvalues are from "
                       "%.3g to %.3g, and column %zu is, but for rounding, a sum of "
                       "multiples of the others; allowed are features of which the "
                       "least eigenvalue is above %g of the largest",
                       own->h[n - 1], own->h[0], most + 1, least_curvature);
}

/* --- the data set ----------------------------------------------------------------- */

static int allocate(struct data_set *own, struct error *error)
{
    const size_t n = own->n;
    own->x = calloc(own->rows * n + 1, sizeof *own->x);
    own->e = calloc(own->rows + 1, sizeof *own->e);
    own->h = calloc(n + 1, sizeof *own->h);
    own->minimum = calloc(n + 1, sizeof *own->minimum);
    own->basis = calloc(n * n + 1, sizeof *own->basis);
    own->noise = calloc(n * n + 1, sizeof *own->noise);
    return own->x && own->e && own->h && own->minimum && own->basis && own->noise
               ? STATUS_OK
               : error_memory(error, "the data");
}

int data_set_make(size_t n, size_t rows, const double *numbers, struct data_set **data,
                  struct error *error)
{
    *data = NULL;
    int status = check_size(n, rows, error);
    if (status == STATUS_OK)
        status = check_features(n, rows, numbers, error);
    if (status != STATUS_OK)
        return status;
    struct data_set *own = *data = calloc(1, sizeof *own);
    if (!own)
        return error_memory(error, "the data");
    own->n = n;
    own->rows = rows;
    status = allocate(own, error);
    if (status == STATUS_OK)
        status = find_basis(own, numbers, error);
    if (status == STATUS_OK)
        status = check_curvatures(own, error);
    if (status != STATUS_OK)
        return status;
    find_minimum(own, numbers);
    find_noise(own);
    own->exact = example_moments_affordable(n, rows);
    return own->exact
               ? example_moments_init(&own->moments, n, rows, own->x, own->e, error)
               : STATUS_OK;
}

void data_set_free(struct data_set *data)
{
    if (!data)
        return;
    free(data->x);
    free(data->e);
    free(data->h);
    free(data->minimum);
    free(data->basis);
    free(data->noise);
    example_moments_free(&data->moments);
    free(data);
}
