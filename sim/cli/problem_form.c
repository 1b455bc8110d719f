/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/problem_form.h"

#include "base/elementary.h"
#include "base/interrupt.h"
#include "base/parse.h"
#include "cli/data_form.h"
#include "cli/flat_form.h"
#include "cli/noise_law_form.h"
#include "losses/rotation.h"

#include <math.h>
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

/* Reads the number and the count of const:VALUE:N or power:P:N. */
static int parse_pair(const char *text, const char *form, double *value,
                      uint64_t *count, struct error *error)
{
    char first[64];
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof first)
        return error_about(error, STATUS_USAGE, "spectrum", "'%.200s' is not %s", text,
                           form);
    snprintf(first, sizeof first, "%.*s", (int)(colon - text), text);
    const int status = parse_real("spectrum", first, value, error);
    if (status != STATUS_OK)
        return status;
    return parse_count("spectrum", colon + 1, 1, largest_dimension, count, error);
}

static int numbers_alloc(struct numbers *numbers, uint64_t count, struct error *error)
{
    numbers->value = malloc(count * sizeof *numbers->value);
    if (!numbers->value)
        return error_memory(error, "the spectrum");
    numbers->count = count;
    return STATUS_OK;
}

/* Appends to the warnings, which may be NULL, how a file was read whose commas may have
 * been meant as decimal points. */
static void warn_of_commas(const char *option, const char *path,
                           const struct parse_shape *shape, struct text *warnings)
{
    if (shape->commas && warnings)
        text_add(warnings,
                 "warning: --%s: '%.400s' was read as %zu numbers, %zu in a line%s\n",
                 option, path, shape->rows * shape->columns, shape->columns,
                 parse_hint(shape));
}

/* Sets *shape, which is zeroed, if the spectrum comes from a file. */
static int parse_spectrum(const char *text, struct numbers *h,
                          struct parse_shape *shape, struct text *warnings,
                          struct error *error)
{
    const char *rest;
    double value = 0;
    uint64_t count = 0;
    if ((rest = after_prefix(text, file_prefix))) {
        const int status = parse_file("spectrum", rest, h, shape, error);
        if (status == STATUS_OK)
            warn_of_commas("spectrum", rest, shape, warnings);
        return status;
    }
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
            status = error_about(error, STATUS_USAGE, "spectrum",
                                 "power:%s overflows, or gives curvatures of 0", rest);
        if (status == STATUS_OK)
            status = numbers_alloc(h, count, error);
        for (size_t i = 0; status == STATUS_OK && i < count; i++) {
            h->value[i] = elementary_exp(-value * elementary_log((double)(i + 1)));
            status = interrupt_check(error);
        }
        return status;
    }
    if (strchr(text, ':') && !after_prefix(text, "linear:") &&
        !after_prefix(text, "log:"))
        return error_about(error, STATUS_USAGE, "spectrum",
                           "'%.200s' is not known; allowed are a list such "
                           "as 0.1,1,10, const:VALUE:N, linear:LO:HI:N, log:LO:HI:N, "
                           "power:EXPONENT:N and file:PATH",
                           text);
    return parse_grid("spectrum", text, h, error);
}

int problem_form_vector(const char *option, const char *text, size_t n, double *vector,
                        struct text *warnings, struct error *error)
{
    const char *path = after_prefix(text, file_prefix);
    struct numbers numbers = {0};
    struct parse_shape shape;
    double value;
    int status;
    if (!path) {
        status = parse_real(option, text, &value, error);
        for (size_t i = 0; status == STATUS_OK && i < n; i++)
            vector[i] = value;
        return status;
    }
    status = parse_file(option, path, &numbers, &shape, error);
    if (status == STATUS_OK && numbers.count != n)
        status = error_about(error, STATUS_USAGE, option,
                             "'%.400s' holds %zu numbers%s; allowed "
                             "are %zu, one for each curvature%s",
                             path, numbers.count, shape.end, n, parse_hint(&shape));
    if (status == STATUS_OK) {
        memcpy(vector, numbers.value, n * sizeof *vector);
        warn_of_commas(option, path, &shape, warnings);
    }
    numbers_free(&numbers);
    return status;
}

/* A dense covariance that was computed or stored in float32 is symmetric up to its
 * digits alone. */
static void mend_symmetry(size_t n, double *c, const char *path, struct text *warnings)
{
    static const double rounding = 1e-13, most = 1e-4;
    const double apart = problem_asymmetry(n, c);
    if (!(apart > (double)n * rounding && apart <= most))
        return;
    problem_symmetrize(n, c);
    if (warnings)
        text_add(
            warnings,
            "warning: --noise: '%.400s' is not symmetric: elements differ by up to "
            "%.3g of sqrt(C_ii C_jj); (C + C')/2 is used\n",
            path, apart);
}

static int noise_from_file(struct problem *q, const char *path, struct text *warnings,
                           struct error *error)
{
    struct numbers numbers = {0};
    struct parse_shape shape;
    const size_t n = q->n;
    int status = parse_file("noise", path, &numbers, &shape, error);
    if (status != STATUS_OK)
        return status;
    const size_t rows = shape.rows, columns = shape.columns;
    const bool dense = n > 1 && numbers.count == n * n;
    if (dense && rows != n && rows != 1 && columns != 1)
        status = error_about(error, STATUS_USAGE, "noise",
                             "'%.400s' has %zu rows of %zu; allowed are %zu rows "
                             "of %zu",
                             path, rows, columns, n, n);
    else if (!dense && (numbers.count != n || (rows > 1 && columns > 1)))
        status =
            error_about(error, STATUS_USAGE, "noise",
                        "'%.400s' holds %zu x %zu numbers%s; "
                        "allowed are %zu in a row or column (the spectrum of C) or "
                        "%zu x %zu (a dense C), for the %zu curvatures of "
                        "--spectrum%s",
                        path, rows, columns, shape.end, n, n, n, n, parse_hint(&shape));
    for (size_t i = 0; status == STATUS_OK && !dense && i < n; i++)
        if (numbers.value[i] < 0)
            status = error_about(error, STATUS_USAGE, "noise",
                                 "'%.400s': variance %zu is %.17g; allowed are "
                                 "numbers >= 0",
                                 path, i + 1, numbers.value[i]);
    if (status == STATUS_OK && !dense) {
        memcpy(q->noise, numbers.value, n * sizeof *q->noise);
        warn_of_commas("noise", path, &shape, warnings);
    }
    if (status == STATUS_OK && dense) {
        mend_symmetry(n, numbers.value, path, warnings);
        status = problem_set_covariance(q, numbers.value, error);
        const struct error why = *error;
        if (status == STATUS_USAGE)
            status = error_about(error, STATUS_USAGE, "noise",
                                 "'%.400s': %s; allowed is a symmetric positive "
                                 "semidefinite matrix%s",
                                 path, why.text, parse_hint(&shape));
    }
    numbers_free(&numbers);
    return status;
}

static int noise_init(struct problem *q, const struct problem_form *text,
                      struct error *error)
{
    const char *rest;
    double variance = 0;
    if ((rest = after_prefix(text->noise, file_prefix)))
        return noise_from_file(q, rest, text->warnings, error);
    if ((rest = after_prefix(text->noise, "isotropic:"))) {
        const int status = parse_real("noise", rest, &variance, error);
        if (status != STATUS_OK)
            return status;
        if (variance < 0)
            return error_about(error, STATUS_USAGE, "noise",
                               "'%.200s' is not allowed; allowed is a variance >= 0",
                               text->noise);
        for (size_t i = 0; i < q->n; i++)
            q->noise[i] = variance;
        return STATUS_OK;
    }
    if (strcmp(text->noise, "hessian") != 0)
        return error_about(error, STATUS_USAGE, "noise",
                           "'%.200s' is not known; allowed are hessian, "
                           "isotropic:VARIANCE and file:PATH",
                           text->noise);
    for (size_t i = 0; i < q->n; i++)
        q->noise[i] = q->h[i] / text->batch;
    return STATUS_OK;
}

/* Refuses C = H/B where curvatures that are kept make a variance negative. */
static int check_noise(const struct problem *q, struct error *error)
{
    for (size_t i = 0; i < q->n; i++)
        if (problem_noise(q, i, i) < 0)
            return error_about(error, STATUS_USAGE, "noise",
                               "hessian is no covariance where a curvature is "
                               "negative, and curvature %zu is %.17g; allowed there "
                               "are isotropic:VARIANCE and file:PATH",
                               i + 1, q->h[i]);
    return STATUS_OK;
}

static int rotation_from_file(const char *path, size_t n, double *rotation,
                              struct error *error)
{
    struct numbers numbers = {0};
    struct parse_shape shape;
    int status = parse_file("rotation", path, &numbers, &shape, error);
    if (status == STATUS_OK && (shape.rows != n || shape.columns != n))
        status = error_about(
            error, STATUS_USAGE, "rotation",
            "'%.200s' holds %zu x %zu numbers%s; "
            "allowed are %zu x %zu, as --spectrum has %zu curvatures%s",
            path, shape.rows, shape.columns, shape.end, n, n, n, parse_hint(&shape));
    if (status == STATUS_OK) {
        memcpy(rotation, numbers.value, n * n * sizeof *rotation);
        status = rotation_check(n, rotation, error);
    }
    numbers_free(&numbers);
    return status;
}

int problem_form_rotation(const char *text, size_t n, double **rotation,
                          struct error *error)
{
    const char *rest;
    uint64_t seed;
    *rotation = NULL;
    if (strcmp(text, "none") == 0)
        return STATUS_OK;
    int status = rotation_check_size(n, error);
    if (status != STATUS_OK)
        return status;
    *rotation = malloc(n * n * sizeof **rotation);
    if (!*rotation)
        return error_memory(error, "the rotation");
    if ((rest = after_prefix(text, "haar:"))) {
        status = parse_count("rotation", rest, 0, UINT64_C(1) << 53, &seed, error);
        if (status == STATUS_OK)
            return rotation_draw(n, seed, *rotation, error);
        return error_about(error, STATUS_USAGE, "rotation",
                           "'%.200s' is not allowed; allowed is haar:SEED, a whole "
                           "number from 0 to 2^53",
                           text);
    }
    if ((rest = after_prefix(text, file_prefix)))
        return rotation_from_file(rest, n, *rotation, error);
    return error_about(error, STATUS_USAGE, "rotation",
                       "'%.200s' is not known; allowed are none, haar:SEED, file:PATH, "
                       "and data with --data",
                       text);
}

/* Makes the gradients those of minibatches. */
static int examples_init(struct problem *q, const struct problem_form *text,
                         struct error *error)
{
    if (text->noise && strcmp(text->noise, "hessian") != 0)
        return error_about(error, STATUS_USAGE, "noise",
                           "'%.200s' is not allowed with least-squares, whose noise is "
                           "that of its examples; allowed is hessian",
                           text->noise);
    if (text->batch != rint(text->batch) || text->batch > 1e9)
        return error_about(
            error, STATUS_USAGE, "batch",
            "%g is not allowed with least-squares, which draws that many "
            "examples; allowed are whole numbers from 1 to 1e9",
            text->batch);
    for (size_t i = 0; i < q->n; i++)
        if (q->h[i] < 0)
            return error_about(error, STATUS_USAGE, "spectrum",
                               "curvature %zu is %g, but H is the covariance of the "
                               "features of least-squares; allowed are numbers >= 0",
                               i + 1, q->h[i]);
    problem_set_examples(q, (size_t)text->batch, text->residual);
    return STATUS_OK;
}

/* The curvatures, treated as --flat says. */
static int read_curvatures(struct problem *q, const struct problem_form *text,
                           const struct flat_form *flat, struct error *error)
{
    struct numbers h = {0};
    struct parse_shape shape = {0};
    int status = parse_spectrum(text->spectrum, &h, &shape, text->warnings, error);
    if (status == STATUS_OK)
        status = flat_form_treat(flat, shape.flat, &h, text->warnings, error);
    if (status == STATUS_OK)
        status = flat->flat == FLAT_REFUSED
                     ? problem_init(q, h.count, h.value, error)
                     : problem_init_any(q, h.count, h.value, error);
    numbers_free(&h);
    return status;
}

/* The law of the noise, of which other than Gaussian ones have independent parts: C is
 * diagonal. */
static int read_law(struct problem *q, const struct problem_form *text,
                    struct error *error)
{
    const int status = noise_law_form_read(text->law, &q->law, error);
    if (status != STATUS_OK || q->law.kind == NOISE_GAUSSIAN)
        return status;
    if (text->least_squares)
        return error_about(error, STATUS_USAGE, "noise-law",
                           "'%.200s' is not allowed with least-squares, whose noise is "
                           "that of its examples; allowed is gaussian",
                           text->law);
    if (q->dense)
        return error_about(error, STATUS_USAGE, "noise-law",
                           "'%.200s' is not allowed with a dense C; allowed is "
                           "gaussian, or a C that is diagonal in the eigenbasis of H",
                           text->law);
    return STATUS_OK;
}

int problem_form_read(struct problem *q, const struct problem_form *text,
                      struct error *error)
{
    struct flat_form flat;
    *q = (struct problem){0};
    if (text->data) {
        const int status = read_law(q, text, error);
        return status == STATUS_OK ? data_form_read(q, text, error) : status;
    }
    int status = flat_form_read(text->flat, &flat, error);
    if (status == STATUS_OK)
        status = read_curvatures(q, text, &flat, error);
    if (status != STATUS_OK)
        return status;
    if (text->least_squares)
        status = examples_init(q, text, error);
    else if (text->noise)
        status = noise_init(q, text, error);
    if (status == STATUS_OK)
        status = read_law(q, text, error);
    if (status != STATUS_OK)
        return status;
    if (text->theta_star)
        status = problem_form_vector("theta-star", text->theta_star, q->n,
                                     q->theta_star, text->warnings, error);
    if (status != STATUS_OK)
        return status;
    if (text->start)
        status = problem_form_vector("start", text->start, q->n, q->start,
                                     text->warnings, error);
    else
        memcpy(q->start, q->theta_star, q->n * sizeof *q->start);
    if (status == STATUS_OK)
        status = flat_form_drop(&flat, q, error);
    if (status == STATUS_OK)
        status = check_noise(q, error);
    if (status != STATUS_OK || !text->rotation)
        return status;
    return problem_form_rotation(text->rotation, q->n, &q->rotation, error);
}
