/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_problem.h"

#include <math.h>
#include <stdlib.h>

int worst_problem_init(struct worst_problem *problem, size_t points, bool star,
                       size_t further, size_t basis, double lowest, struct error *error)
{
    *problem = (struct worst_problem){
        .points = points,
        .star = star,
        .basis = basis,
        .symbols = 2 * points + further,
        .lowest = floor(lowest * 0x1p48) * 0x1p-48,
        .values = star ? points - 1 : points,
        .unit = 1,
    };
    problem->symbol = calloc(problem->symbols * basis, sizeof *problem->symbol);
    problem->vector_size = calloc(basis, sizeof *problem->vector_size);
    problem->value_size = calloc(problem->values, sizeof *problem->value_size);
    if (!problem->symbol || !problem->vector_size || !problem->value_size)
        return error_memory(error, "a worst case");
    for (size_t i = 0; i < basis; i++)
        problem->vector_size[i] = 1;
    for (size_t k = 0; k < problem->values; k++)
        problem->value_size[k] = 1;
    return STATUS_OK;
}

void worst_problem_free(struct worst_problem *problem)
{
    free(problem->symbol);
    free(problem->vector_size);
    free(problem->value_size);
    free(problem->row);
    free(problem->term);
    *problem = (struct worst_problem){0};
}

double *worst_symbol(const struct worst_problem *problem, size_t symbol)
{
    return problem->symbol + symbol * problem->basis;
}

double worst_pair_scale(const struct worst_problem *problem)
{
    return 2 * (1 - problem->lowest);
}

int worst_add_row(struct worst_problem *problem, const struct worst_row *row,
                  struct error *error)
{
    if (problem->rows == problem->row_capacity) {
        const size_t capacity = 2 * problem->row_capacity + 64;
        struct worst_row *more = realloc(problem->row, capacity * sizeof *more);
        if (!more)
            return error_memory(error, "the rows of a worst case");
        problem->row = more;
        problem->row_capacity = capacity;
    }
    struct worst_row *last = &problem->row[problem->rows++];
    *last = *row;
    last->first = problem->terms;
    last->count = 0;
    return STATUS_OK;
}

int worst_add_term(struct worst_problem *problem, size_t u, size_t v,
                   double coefficient, struct error *error)
{
    if (problem->terms == problem->term_capacity) {
        const size_t capacity = 2 * problem->term_capacity + 512;
        struct worst_term *more = realloc(problem->term, capacity * sizeof *more);
        if (!more)
            return error_memory(error, "the rows of a worst case");
        problem->term = more;
        problem->term_capacity = capacity;
    }
    problem->term[problem->terms++] = (struct worst_term){u, v, coefficient};
    problem->row[problem->rows - 1].count++;
    return STATUS_OK;
}

int worst_add_pair_terms(struct worst_problem *problem, const struct worst_place *i,
                         const struct worst_place *j, int sign, struct error *error)
{
    const double mu = problem->lowest, scale = worst_pair_scale(problem);
    const struct worst_term terms[] = {
        {i->g, i->g, 1},
        {i->g, j->g, -2 * sign},
        {j->g, j->g, 1},
        {j->g, i->x, sign * (scale + 2 * mu)},
        {j->g, j->x, -scale - 2 * mu},
        {i->g, i->x, -2 * mu},
        {i->g, j->x, sign * 2 * mu},
        {i->x, i->x, mu},
        {i->x, j->x, -sign * 2 * mu},
        {j->x, j->x, mu},
    };
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof terms / sizeof *terms; k++)
        if (terms[k].coefficient != 0)
            status = worst_add_term(problem, terms[k].u, terms[k].v,
                                    terms[k].coefficient, error);
    return status;
}

/* 2 (1 - mu) (f_j - f_i + <g_j, x_i - x_j>) + |g_i - g_j|^2 + mu |x_i - x_j|^2
 * - 2 mu <g_i - g_j, x_i - x_j> <= 0. */
int worst_add_pair(struct worst_problem *problem, size_t i, size_t j,
                   struct error *error)
{
    const double scale = worst_pair_scale(problem);
    const struct worst_place one = {i, problem->points + i};
    const struct worst_place other = {j, problem->points + j};
    const struct worst_row row = {
        .value = {i < problem->values ? i : 0, j < problem->values ? j : 0},
        .factor = {i < problem->values ? -scale : 0, j < problem->values ? scale : 0},
    };
    const int status = worst_add_row(problem, &row, error);
    return status == STATUS_OK ? worst_add_pair_terms(problem, &one, &other, 1, error)
                               : status;
}

int worst_add_floor(struct worst_problem *problem, size_t k, struct error *error)
{
    const double scale = worst_pair_scale(problem);
    const struct worst_row row = {.value = {k, k}, .factor = {-scale, 0}};
    const size_t g = problem->points + k;
    const int status = worst_add_row(problem, &row, error);
    return status == STATUS_OK ? worst_add_term(problem, g, g, scale / 2, error)
                               : status;
}

int worst_add_start(struct worst_problem *problem, double limit, struct error *error)
{
    const double scale = worst_pair_scale(problem);
    const struct worst_row row = {.factor = {scale, 0}, .limit = scale * limit};
    return worst_add_row(problem, &row, error);
}

int worst_add_norm(struct worst_problem *problem, size_t v, double limit,
                   struct error *error)
{
    const struct worst_row row = {.limit = limit};
    const int status = worst_add_row(problem, &row, error);
    return status == STATUS_OK ? worst_add_term(problem, v, v, 1, error) : status;
}

int worst_add_pairs(struct worst_problem *problem, struct error *error)
{
    int status = STATUS_OK;
    problem->pairs = problem->rows;
    for (size_t i = 0; status == STATUS_OK && i < problem->points; i++)
        for (size_t j = 0; status == STATUS_OK && j < problem->points; j++) {
            const bool of_value = j == problem->values && problem->lowest >= 0;
            if (i != j && !of_value)
                status = worst_add_pair(problem, i, j, error);
        }
    return status;
}
