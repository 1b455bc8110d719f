#include "quadratic.h"

#include "elementary.h"
#include "parse.h"
#include "rotation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char file_prefix[] = "file:";
static const uint64_t largest_dimension = 100000000;

static const char *after_prefix(const char *text, const char *prefix)
{
    const size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* const:V:N and power:P:N: a number and a count. */
static int parse_pair(const char *text, const char *form, double *value,
                      uint64_t *count, struct error *error)
{
    char first[64];
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof first)
        return error_set(error, STATUS_USAGE, "--spectrum: '%.200s' is not %s", text,
                         form);
    snprintf(first, sizeof first, "%.*s", (int)(colon - text), text);
    const int status = parse_real("--spectrum", first, value, error);
    if (status != STATUS_OK)
        return status;
    return parse_count("--spectrum", colon + 1, 1, largest_dimension, count, error);
}

static int numbers_alloc(struct numbers *numbers, uint64_t count, struct error *error)
{
    numbers->value = malloc(count * sizeof *numbers->value);
    if (!numbers->value)
        return error_memory(error, "the spectrum");
    numbers->count = count;
    return STATUS_OK;
}

static int parse_spectrum(const char *text, struct numbers *h, struct error *error)
{
    const char *rest;
    double value = 0;
    uint64_t count = 0;
    size_t rows, columns;
    if ((rest = after_prefix(text, file_prefix)))
        return parse_file("--spectrum", rest, h, &rows, &columns, error);
    if ((rest = after_prefix(text, "const:"))) {
        int status = parse_pair(rest, "const:VALUE:N", &value, &count, error);
        if (status == STATUS_OK)
            status = numbers_alloc(h, count, error);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            h->value[i] = value;
        return status;
    }
    if ((rest = after_prefix(text, "power:"))) {
        int status = parse_pair(rest, "power:EXPONENT:N", &value, &count, error);
        if (status == STATUS_OK && fabs(value) * elementary_log((double)count) > 700)
            status = error_set(error, STATUS_USAGE,
                               "--spectrum: power:%s overflows or vanishes", rest);
        if (status == STATUS_OK)
            status = numbers_alloc(h, count, error);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            h->value[i] = elementary_exp(-value * elementary_log((double)(i + 1)));
        return status;
    }
    if (strchr(text, ':') && !after_prefix(text, "linear:") &&
        !after_prefix(text, "log:"))
        return error_set(error, STATUS_USAGE,
                         "--spectrum: '%.200s' is not known; allowed are a list such "
                         "as 0.1,1,10, const:VALUE:N, linear:LO:HI:N, log:LO:HI:N, "
                         "power:EXPONENT:N and file:PATH",
                         text);
    return parse_grid("--spectrum", text, h, error);
}

/* A vector of n given as one value for all coordinates or as file:PATH. */
static int parse_vector(const char *option, const char *text, size_t n, double *vector,
                        struct error *error)
{
    const char *path = after_prefix(text, file_prefix);
    struct numbers numbers = {0};
    size_t rows, columns;
    double value;
    int status;
    if (!path) {
        status = parse_real(option, text, &value, error);
        for (size_t i = 0; status == STATUS_OK && i < n; i++)
            vector[i] = value;
        return status;
    }
    status = parse_file(option, path, &numbers, &rows, &columns, error);
    if (status == STATUS_OK && numbers.count != n)
        status = error_set(error, STATUS_USAGE,
                           "%s: '%.400s' holds %zu numbers; allowed are %zu, one for "
                           "each curvature of --spectrum",
                           option, path, numbers.count, n);
    if (status == STATUS_OK)
        memcpy(vector, numbers.value, n * sizeof *vector);
    numbers_free(&numbers);
    return status;
}

static int check_symmetric(size_t n, const double *c, double tolerance,
                           struct error *error)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (!(fabs(c[i * n + j] - c[j * n + i]) <= tolerance))
                return error_set(error, STATUS_USAGE,
                                 "not symmetric: elements (%zu,%zu) and (%zu,%zu) "
                                 "differ by %.3g of sqrt(C_ii C_jj)",
                                 i + 1, j + 1, j + 1, i + 1,
                                 fabs(c[i * n + j] - c[j * n + i]));
    return STATUS_OK;
}

/* Column by column with the largest remaining diagonal element as pivot, so that
 * rounding errors are not magnified and a vanishing pivot means that nothing is left.
 * `rest` holds what is left of C and is used up. g is n x n with g g' = C; its columns
 * are the steps. */
static int pivoted_factor(size_t n, double *rest, double tolerance, const double *scale,
                          double *g, struct error *error)
{
    memset(g, 0, n * n * sizeof *g);
    for (size_t step = 0; step < n; step++) {
        size_t pivot = 0;
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
    /* A matrix that was computed, Q D Q' say, is off by some eps of its
     * largest element. */
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
                return error_set(error, STATUS_USAGE,
                                 "not positive semidefinite: %.3g is left at (%zu,%zu) "
                                 "of its Cholesky factorisation",
                                 left, i + 1, j + 1);
        }
    return STATUS_OK;
}

/* Rotates pairs of columns of g until it is lower triangular with diagonal >= 0; g g'
 * stays what it is. */
static void triangulate(size_t n, double *g)
{
    for (size_t i = 0; i < n; i++) {
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
}

/* scale[i] = sqrt(C_ii), and rest = C / (scale scale'): every coordinate counts on its
 * own scale. A coordinate without variance must be without covariance too. */
static int to_correlations(size_t n, const double *c, double *scale, double *rest,
                           struct error *error)
{
    for (size_t i = 0; i < n; i++) {
        if (!(c[i * n + i] >= 0))
            return error_set(error, STATUS_USAGE,
                             "not positive semidefinite: element (%zu,%zu) is %.17g",
                             i + 1, i + 1, c[i * n + i]);
        scale[i] = sqrt(c[i * n + i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const double s = scale[i] * scale[j];
            if (s == 0 && c[i * n + j] != 0)
                return error_set(error, STATUS_USAGE,
                                 "not positive semidefinite: element (%zu,%zu) is %.3g "
                                 "beside a vanishing diagonal element",
                                 i + 1, j + 1, c[i * n + j]);
            rest[i * n + j] = s == 0 ? 0 : c[i * n + j] / scale[i] / scale[j];
        }
    return STATUS_OK;
}

int quadratic_cholesky(size_t n, const double *c, double *f, struct error *error)
{
    const double tolerance = (double)n * 1e-13;
    double *rest = malloc(n * n * sizeof *rest);
    double *scale = malloc(n * sizeof *scale);
    int status = rest && scale ? STATUS_OK : error_memory(error, "a covariance");
    if (status == STATUS_OK)
        status = to_correlations(n, c, scale, rest, error);
    if (status == STATUS_OK)
        status = check_symmetric(n, rest, tolerance, error);
    if (status == STATUS_OK)
        status = pivoted_factor(n, rest, tolerance, scale, f, error);
    if (status == STATUS_OK) {
        triangulate(n, f);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                f[i * n + j] *= scale[i];
    }
    free(rest);
    free(scale);
    return status;
}

static int noise_from_file(struct quadratic *q, const char *path, struct error *error)
{
    struct numbers numbers = {0};
    struct error why;
    size_t rows, columns;
    const size_t n = q->n;
    int status = parse_file("--noise", path, &numbers, &rows, &columns, error);
    if (status != STATUS_OK)
        return status;
    q->dense = n > 1 && numbers.count == n * n;
    if (q->dense && rows != n && rows != 1 && columns != 1)
        status =
            error_set(error, STATUS_USAGE,
                      "--noise: '%.400s' has %zu rows of %zu; allowed are %zu rows "
                      "of %zu",
                      path, rows, columns, n, n);
    else if (!q->dense && (numbers.count != n || (rows > 1 && columns > 1)))
        status = error_set(error, STATUS_USAGE,
                           "--noise: '%.400s' holds %zu x %zu numbers; allowed are %zu "
                           "in a row or column (the spectrum of C) or %zu x %zu (a "
                           "dense C), for the %zu curvatures of --spectrum",
                           path, rows, columns, n, n, n, n);
    for (size_t i = 0; status == STATUS_OK && !q->dense && i < n; i++)
        if (numbers.value[i] < 0)
            status = error_set(error, STATUS_USAGE,
                               "--noise: '%.400s': variance %zu is %.17g; allowed are "
                               "numbers >= 0",
                               path, i + 1, numbers.value[i]);
    if (status == STATUS_OK) {
        free(q->noise);
        q->noise = numbers.value;
        numbers.value = NULL;
    }
    if (status == STATUS_OK && q->dense) {
        q->factor = malloc(n * n * sizeof *q->factor);
        if (!q->factor)
            status = error_memory(error, "the noise covariance");
        else if (quadratic_cholesky(n, q->noise, q->factor, &why) != STATUS_OK)
            status = error_set(error, STATUS_USAGE,
                               "--noise: the matrix in '%.400s' is %s; allowed is a "
                               "symmetric positive semidefinite one",
                               path, why.text);
    }
    numbers_free(&numbers);
    return status;
}

static int noise_init(struct quadratic *q, const struct quadratic_text *text,
                      struct error *error)
{
    const char *rest;
    double variance = 0;
    if ((rest = after_prefix(text->noise, file_prefix)))
        return noise_from_file(q, rest, error);
    if ((rest = after_prefix(text->noise, "isotropic:"))) {
        const int status = parse_real("--noise", rest, &variance, error);
        if (status != STATUS_OK)
            return status;
        if (variance < 0)
            return error_set(error, STATUS_USAGE,
                             "--noise: '%.200s': allowed is a variance >= 0",
                             text->noise);
        for (size_t i = 0; i < q->n; i++)
            q->noise[i] = variance;
        return STATUS_OK;
    }
    if (strcmp(text->noise, "hessian") != 0)
        return error_set(error, STATUS_USAGE,
                         "--noise: '%.200s' is not known; allowed are hessian, "
                         "isotropic:VARIANCE and file:PATH",
                         text->noise);
    for (size_t i = 0; i < q->n; i++)
        q->noise[i] = q->h[i] / text->batch;
    return STATUS_OK;
}

static int quadratic_alloc(struct quadratic *q, size_t n, struct error *error)
{
    q->n = n;
    q->theta_star = calloc(n, sizeof *q->theta_star);
    q->start = calloc(n, sizeof *q->start);
    q->noise = calloc(n, sizeof *q->noise);
    if (!q->theta_star || !q->start || !q->noise)
        return error_memory(error, "the loss");
    return STATUS_OK;
}

int quadratic_init(struct quadratic *q, const struct quadratic_text *text,
                   struct error *error)
{
    struct numbers h = {0};
    *q = (struct quadratic){0};
    int status = parse_spectrum(text->spectrum, &h, error);
    q->h = h.value;
    if (status == STATUS_OK)
        status = quadratic_alloc(q, h.count, error);
    for (size_t i = 0; status == STATUS_OK && i < q->n; i++)
        if (!(q->h[i] > 0))
            status = error_set(error, STATUS_USAGE,
                               "--spectrum: curvature %zu is %.17g; allowed are "
                               "numbers > 0",
                               i + 1, q->h[i]);
    if (status == STATUS_OK)
        status = noise_init(q, text, error);
    if (status == STATUS_OK && text->theta_star)
        status =
            parse_vector("--theta-star", text->theta_star, q->n, q->theta_star, error);
    if (status == STATUS_OK && text->start)
        status = parse_vector("--start", text->start, q->n, q->start, error);
    else if (status == STATUS_OK)
        memcpy(q->start, q->theta_star, q->n * sizeof *q->start);
    if (status == STATUS_OK && text->rotation)
        status = rotation_read(text->rotation, q->n, &q->rotation, error);
    return status;
}

bool quadratic_is_coupled(const struct quadratic *q)
{
    return q->dense || q->rotation;
}

int quadratic_init_mode(struct quadratic *q, double h, double c, struct error *error)
{
    *q = (struct quadratic){.h = malloc(sizeof *q->h)};
    if (!q->h)
        return error_memory(error, "the loss");
    q->h[0] = h;
    const int status = quadratic_alloc(q, 1, error);
    if (status == STATUS_OK)
        q->noise[0] = c;
    return status;
}

int quadratic_init_linear(struct quadratic *q, double slope, double c,
                          struct error *error)
{
    const int status = quadratic_init_mode(q, 0, c, error);
    q->slope = slope;
    return status;
}

int quadratic_init_dense(struct quadratic *q, size_t n, const double *h,
                         const double *c, struct error *error)
{
    *q = (struct quadratic){.h = malloc(n * sizeof *q->h), .dense = true};
    if (!q->h)
        return error_memory(error, "the loss");
    memcpy(q->h, h, n * sizeof *h);
    int status = quadratic_alloc(q, n, error);
    free(q->noise);
    q->noise = malloc(n * n * sizeof *q->noise);
    q->factor = malloc(n * n * sizeof *q->factor);
    if (status == STATUS_OK && (!q->noise || !q->factor))
        status = error_memory(error, "the noise covariance");
    if (status == STATUS_OK) {
        memcpy(q->noise, c, n * n * sizeof *c);
        status = quadratic_cholesky(n, c, q->factor, error);
    }
    return status;
}

void quadratic_free(struct quadratic *q)
{
    free(q->h);
    free(q->theta_star);
    free(q->start);
    free(q->noise);
    free(q->factor);
    free(q->rotation);
    *q = (struct quadratic){0};
}

double quadratic_noise(const struct quadratic *q, size_t i, size_t j)
{
    if (q->dense)
        return q->noise[i * q->n + j];
    return i == j ? q->noise[i] : 0;
}
