/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/data_form.h"

#include "base/parse.h"
#include "losses/rotation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Refuses options that set what the data determine. */
static int check_alone(const struct problem_form *text, struct error *error)
{
    const struct {
        const char *option;
        bool given;
        const char *what;
    } others[] = {
        {"spectrum", text->spectrum != NULL, "the curvatures"},
        {"flat", text->flat != NULL, "the curvatures"},
        {"noise", text->noise && strcmp(text->noise, "hessian") != 0, "the noise"},
        {"noise-law", text->law && strcmp(text->law, "gaussian") != 0, "the noise"},
        {"residual-variance", text->residual != 1, "the residuals"},
        {"theta-star", text->theta_star && strcmp(text->theta_star, "0") != 0,
         "the minimum"},
    };
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (others[k].given)
            return error_about(error, STATUS_USAGE, others[k].option,
                               "the option is not allowed with --data, which "
                               "determines %s; allowed is one of the two",
                               others[k].what);
    return STATUS_OK;
}

static int check_batch(double batch, size_t rows, struct error *error)
{
    if (batch == rint(batch) && batch <= (double)rows)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "batch",
                       "%g is not allowed with the %zu rows of --data; allowed are "
                       "whole numbers from 1 to %zu",
                       batch, rows, rows);
}

static int read_data(const struct problem_form *text, struct data_set **data,
                     struct error *error)
{
    struct numbers numbers = {0};
    struct parse_shape shape;
    *data = NULL;
    int status = parse_table("data", text->data, &numbers, &shape, error);
    if (status == STATUS_OK)
        status =
            data_set_make(shape.columns - 1, shape.rows, numbers.value, data, error);
    const struct error why = *error;
    if (status == STATUS_USAGE && numbers.count > 0)
        status = error_about(error, STATUS_USAGE, "data", "'%.400s'%s: %s%s",
                             text->data, shape.end, why.text, parse_hint(&shape));
    numbers_free(&numbers);
    return status;
}

static int read_rotation(struct problem *q, const char *text, struct error *error)
{
    if (strcmp(text, "data") != 0)
        return problem_form_rotation(text, q->n, &q->rotation, error);
    const size_t size = q->n * q->n * sizeof *q->rotation;
    q->rotation = malloc(size);
    if (!q->rotation)
        return error_memory(error, "the rotation");
    memcpy(q->rotation, q->data->basis, size);
    return STATUS_OK;
}

int data_form_read(struct problem *q, const struct problem_form *text,
                   struct error *error)
{
    struct data_set *data = NULL;
    *q = (struct problem){0};
    int status = check_alone(text, error);
    if (status == STATUS_OK)
        status = read_data(text, &data, error);
    if (status == STATUS_OK)
        status = check_batch(text->batch, data->rows, error);
    if (status != STATUS_OK) {
        data_set_free(data);
        return status;
    }
    status = problem_init_data(q, data, (size_t)text->batch, error);
    if (status == STATUS_OK && text->start)
        status = problem_form_vector("start", text->start, q->n, q->start,
                                     text->warnings, error);
    if (status != STATUS_OK || !text->rotation)
        return status;
    return read_rotation(q, text->rotation, error);
}
