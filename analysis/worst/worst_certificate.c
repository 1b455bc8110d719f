/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_certificate.h"

#include "base/json_file.h"
#include "base/whole_file.h"
#include "worst/worst_points.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const format_name = "pnmlab worst case, version 1";

/* --- writing -----------------------------------------------------------------------
 */

static json_t *numbers(const double *value, size_t count)
{
    json_t *list = json_array();
    for (size_t k = 0; list && k < count; k++)
        if (json_array_append_new(list, json_real(value[k])) != 0) {
            json_decref(list);
            list = NULL;
        }
    return list;
}

/* What a row is about, for readers: the check counts rows. */
static void name_row(const struct worst_problem *problem, size_t r, char *text,
                     size_t size)
{
    const struct worst_row *row = &problem->row[r];
    if (r < problem->values)
        snprintf(text, size, "f_%zu and f*", r);
    else if (r == problem->values)
        snprintf(text, size, "start");
    else if (r <= problem->values + problem->measures)
        snprintf(text, size, "measure");
    else if (r < problem->pairs)
        snprintf(text, size, "gradient bound");
    else if (row->factor[0] != 0 && row->factor[1] != 0)
        snprintf(text, size, "f_%zu and f_%zu", row->value[0], row->value[1]);
    else
        snprintf(text, size, "f* and f_%zu", row->value[row->factor[0] != 0 ? 0 : 1]);
}

static json_t *multipliers(const struct worst_case *worst)
{
    json_t *list = json_array();
    for (size_t r = 0; list && r < worst->problem.rows; r++) {
        char of[64];
        if (worst->multipliers.unit[r] == 0)
            continue;
        name_row(&worst->problem, r, of, sizeof of);
        json_t *one = json_pack("{sI ss sI}", "row", (json_int_t)r, "of", of, "units",
                                (json_int_t)worst->multipliers.unit[r]);
        if (!one || json_array_append_new(list, one) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *points_of(const struct worst_points *points)
{
    const size_t n = points->coordinates;
    json_t *list = json_array();
    for (size_t k = 0; list && k < points->count; k++) {
        json_t *one =
            json_pack("{sI sf so so}", "step", (json_int_t)k, "loss", points->value[k],
                      "theta", numbers(points->theta + k * n, n), "gradient",
                      numbers(points->gradient + k * n, n));
        if (!one || json_array_append_new(list, one) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static int put(FILE *file, void *context)
{
    errno = 0;
    if (json_dumpf(context, file, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) != 0)
        return errno ? errno : ENOMEM;
    return fputc('\n', file) == EOF ? errno : 0;
}

int worst_certificate_write(const char *path, const char *title,
                            const struct worst_setting *setting,
                            const struct worst_case *worst, struct error *error)
{
    const size_t n = worst->problem.basis;
    struct worst_points points = {0};
    json_t *root = NULL;
    int status = STATUS_OK;
    if (!isnan(worst->worst))
        status = worst_points_of(setting, worst, &points, error);
    if (status != STATUS_OK)
        goto out;
    root = json_pack("{ss ss}", "format", format_name, "of", title);
    bool whole = root;
    if (whole && !isnan(worst->certified))
        whole =
            json_object_set_new(root, "certified", json_real(worst->certified)) == 0 &&
            json_object_set_new(root, "bits", json_integer(worst->multipliers.bits)) ==
                0 &&
            json_object_set_new(root, "multipliers", multipliers(worst)) == 0;
    if (whole && !isnan(worst->worst))
        whole = json_object_set_new(root, "worst", json_real(worst->worst)) == 0 &&
                json_object_set_new(root, "vectors",
                                    numbers(worst->function.vector, n * n)) == 0 &&
                json_object_set_new(
                    root, "values",
                    numbers(worst->function.value, worst->problem.values)) == 0 &&
                json_object_set_new(root, "t", json_real(worst->function.t)) == 0 &&
                json_object_set_new(root, "points", points_of(&points)) == 0;
    status = whole ? whole_file_write("certificate", path, put, root, error)
                   : error_memory(error, "a certificate");
out:
    json_decref(root);
    worst_points_free(&points);
    return status;
}

/* --- proving -----------------------------------------------------------------------
 */

static int refuse(const char *path, const char *what, struct error *error)
{
    return error_about(error, STATUS_USAGE, "check", "%s: %s", path, what);
}

/* Reads count numbers; false if the list is not one of them. */
static bool read_numbers(const json_t *list, double *value, size_t count)
{
    if (!json_is_array(list) || json_array_size(list) != count)
        return false;
    for (size_t k = 0; k < count; k++) {
        const json_t *one = json_array_get(list, k);
        if (!json_is_number(one))
            return false;
        value[k] = json_number_value(one);
    }
    return true;
}

/* Reads the multipliers; false if they are not of a problem with these rows. */
static bool read_multipliers(const json_t *root, size_t rows,
                             struct worst_multipliers *multipliers)
{
    const json_t *list = json_object_get(root, "multipliers");
    const json_t *bits = json_object_get(root, "bits");
    if (!json_is_array(list) || !json_is_integer(bits) ||
        json_integer_value(bits) < 0 || json_integer_value(bits) > 62)
        return false;
    multipliers->bits = (int)json_integer_value(bits);
    for (size_t k = 0; k < json_array_size(list); k++) {
        const json_t *one = json_array_get(list, k);
        const json_t *row = json_object_get(one, "row");
        const json_t *units = json_object_get(one, "units");
        if (!json_is_integer(row) || !json_is_integer(units) ||
            json_integer_value(row) < 0 || (uint64_t)json_integer_value(row) >= rows)
            return false;
        multipliers->unit[json_integer_value(row)] = json_integer_value(units);
    }
    return true;
}

static int prove_above(const char *path, const json_t *root, struct worst_case *worst,
                       const char **reason, struct error *error)
{
    double bound;
    if (!read_multipliers(root, worst->problem.rows, &worst->multipliers))
        return refuse(path,
                      "the multipliers are not those of a problem of this many steps",
                      error);
    const int status =
        worst_check_above(&worst->problem, &worst->multipliers, &bound, reason, error);
    if (status != STATUS_OK || *reason)
        return status;
    worst_case_above(worst, bound);
    const double claimed = json_number_value(json_object_get(root, "certified"));
    if (!(worst->certified <= claimed))
        *reason = "the multipliers prove less than the certificate claims";
    worst->certified = *reason ? NAN : claimed;
    return STATUS_OK;
}

static int prove_below(const char *path, const json_t *root, struct worst_case *worst,
                       const char **reason, struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    double bound;
    if (!read_numbers(json_object_get(root, "vectors"), worst->function.vector,
                      problem->basis * problem->basis) ||
        !read_numbers(json_object_get(root, "values"), worst->function.value,
                      problem->values) ||
        !json_is_number(json_object_get(root, "t")))
        return refuse(path, "the function is not one of a problem of this many steps",
                      error);
    worst->function.t = json_number_value(json_object_get(root, "t"));
    int status = worst_check_below(problem, &worst->function, &bound, reason, error);
    if (status == STATUS_OK && !*reason)
        status = worst_case_below(worst, bound, error);
    if (status != STATUS_OK || *reason || isnan(worst->worst))
        return status;
    const double claimed = json_number_value(json_object_get(root, "worst"));
    if (!(worst->worst >= claimed))
        *reason = "the function attains less than the certificate claims";
    worst->worst = *reason ? NAN : claimed;
    worst->gap = worst_case_gap(worst);
    return STATUS_OK;
}

/* Reads the file's one value. */
static int read_whole(const char *path, json_t **root, struct error *error)
{
    struct text_file file;
    struct json_file json = {.file = &file};
    int status = text_file_open(&file, "check", path, error);
    if (status == STATUS_OK)
        status = json_file_value(&json, JSON_REJECT_DUPLICATES, "the certificate", root,
                                 error);
    text_file_close(&file);
    return status;
}

int worst_certificate_prove(const char *path, const struct worst_setting *setting,
                            struct worst_case *worst, const char **reason,
                            struct error *error)
{
    json_t *root = NULL;
    *reason = NULL;
    int status = worst_case_init(setting, worst, error);
    if (status != STATUS_OK)
        return status;
    status = read_whole(path, &root, error);
    if (status != STATUS_OK)
        goto out;
    const char *format = json_string_value(json_object_get(root, "format"));
    if (!format || strcmp(format, format_name) != 0) {
        status = refuse(path, "the file is no certificate of a worst case", error);
        goto out;
    }
    if (!json_object_get(root, "multipliers") && !json_object_get(root, "vectors"))
        *reason = "the certificate holds neither multipliers nor a function";
    if (json_object_get(root, "multipliers"))
        status = prove_above(path, root, worst, reason, error);
    if (status == STATUS_OK && !*reason && json_object_get(root, "vectors"))
        status = prove_below(path, root, worst, reason, error);
out:
    json_decref(root);
    return status;
}
