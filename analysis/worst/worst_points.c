/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_points.h"

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <stdlib.h>

/* Turns the vectors (n x n, a row each) into coordinates that are ordered by how much
 * the vectors use them. */
static int turn(const double *vector, size_t n, double *out, struct error *error)
{
    int status = STATUS_OK;
    gsl_matrix *work = gsl_matrix_alloc(n, n), *direction = gsl_matrix_alloc(n, n);
    gsl_vector *square = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *space = gsl_eigen_symmv_alloc(n);
    const int size = (int)n;
    if (!work || !direction || !square || !space) {
        status = error_memory(error, "the points of a worst case");
        goto out;
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, size, size, size, 1, vector,
                size, vector, size, 0, work->data, (int)work->tda);
    gsl_eigen_symmv(work, square, direction, space);
    gsl_eigen_symmv_sort(square, direction, GSL_EIGEN_SORT_VAL_DESC);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, vector,
                size, direction->data, (int)direction->tda, 0, out, size);
out:
    if (work)
        gsl_matrix_free(work);
    if (direction)
        gsl_matrix_free(direction);
    if (square)
        gsl_vector_free(square);
    if (space)
        gsl_eigen_symmv_free(space);
    return status;
}

/* A symbol's coordinates times `unit`. */
static void put(const struct worst_problem *problem, size_t symbol,
                const double *vector, double unit, double *out)
{
    const size_t n = problem->basis;
    const double *share = worst_symbol(problem, symbol);
    for (size_t c = 0; c < n; c++) {
        out[c] = 0;
        for (size_t i = 0; i < n; i++)
            out[c] += share[i] * vector[i * n + c] * unit;
    }
}

int worst_points_of(const struct worst_setting *setting, const struct worst_case *worst,
                    struct worst_points *points, struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    const size_t n = problem->basis, count = problem->values;
    const double l = setting->smoothness;
    const double length = setting->given == WORST_GIVEN_DISTANCE ? 1 : 1 / sqrt(l);
    double *vector = calloc(n * n, sizeof *vector);
    *points = (struct worst_points){
        .count = count,
        .coordinates = n,
        .theta = calloc(count * n, sizeof *points->theta),
        .gradient = calloc(count * n, sizeof *points->gradient),
        .value = calloc(count, sizeof *points->value),
    };
    int status = STATUS_OK;
    if (!vector || !points->theta || !points->gradient || !points->value)
        status = error_memory(error, "the points of a worst case");
    if (status == STATUS_OK)
        status = turn(worst->function.vector, n, vector, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        put(problem, k, vector, length, points->theta + k * n);
        put(problem, problem->points + k, vector, l * length, points->gradient + k * n);
        points->value[k] = worst->function.value[k] * l * length * length;
    }
    free(vector);
    return status;
}

int worst_points_symbols(const struct worst_problem *problem, const double *basis,
                         size_t first, size_t count, double *out, struct error *error)
{
    const size_t n = problem->basis;
    double *vector = calloc(n * n, sizeof *vector);
    if (!vector)
        return error_memory(error, "the points of a worst case");
    const int status = turn(basis, n, vector, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        put(problem, first + k, vector, 1, out + k * n);
    free(vector);
    return status;
}

void worst_points_free(struct worst_points *points)
{
    free(points->theta);
    free(points->gradient);
    free(points->value);
    *points = (struct worst_points){0};
}

double worst_points_distance(const double *a, const double *b, size_t n)
{
    double square = 0;
    for (size_t c = 0; c < n; c++)
        square += (a[c] - b[c]) * (a[c] - b[c]);
    return sqrt(square);
}

int worst_points_replay(const struct worst_setting *setting,
                        const struct worst_points *points, double *deviation,
                        struct error *error)
{
    const struct rule *rule = setting->rule;
    const size_t n = points->coordinates;
    const size_t samples = (size_t)rule->kind->samples;
    const size_t slots = (size_t)rule->kind->slots;
    double *theta = calloc(n, sizeof *theta);
    double *gradient = calloc(samples * n, sizeof *gradient);
    double *slot = calloc(slots * n + 1, sizeof *slot);
    double way = 0, most = 0;
    int status = STATUS_OK;
    if (!theta || !gradient || !slot) {
        status = error_memory(error, "the replay of a worst case");
        goto out;
    }
    for (size_t c = 0; c < n; c++)
        theta[c] = points->theta[c];
    for (size_t k = 0; k < points->count; k++) {
        const double *predicted = points->theta + k * n;
        most = fmax(most, worst_points_distance(theta, predicted, n));
        way = fmax(way, worst_points_distance(predicted, points->theta, n));
        for (size_t c = 0; c < samples * n; c++)
            gradient[c] = points->gradient[k * n + c % n];
        rule->kind->step(rule, k, n, gradient, theta, slot);
    }
    *deviation = way > 0 ? most / way : most;
out:
    free(slot);
    free(gradient);
    free(theta);
    return status;
}
