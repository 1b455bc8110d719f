/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_check.h"

#include "worst/ball.h"

#include <stdlib.h>

/* Whether the symmetric n x n matrix, of which the lower half is read and overwritten,
 * is positive definite: all pivots of its elimination are positive. */
static bool is_positive_definite(struct ball *a, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (!ball_is_positive(a[k * n + k]))
            return false;
        for (size_t i = k + 1; i < n; i++) {
            const struct ball factor = ball_divide(a[i * n + k], a[k * n + k]);
            for (size_t j = k + 1; j <= i; j++)
                a[i * n + j] = ball_add(
                    a[i * n + j], ball_negative(ball_multiply(factor, a[j * n + k])));
        }
    }
    return true;
}

/* out (n x n, lower half) = T' w T, or with `transpose` T w T', for the symbols T
 * (symbols x basis) and a symmetric w. */
static int congruence(const struct worst_problem *problem, bool transpose,
                      const struct ball *w, struct ball *out, struct error *error)
{
    const size_t from = transpose ? problem->basis : problem->symbols;
    const size_t n = transpose ? problem->symbols : problem->basis;
    const size_t row = transpose ? 1 : problem->basis;
    const size_t column = transpose ? problem->basis : 1;
    struct ball *half = calloc(from * n, sizeof *half);
    if (!half)
        return error_memory(error, "a check of a worst case");
    /* Element (r, c) of T or T' is symbol[r * row + c * column]. */
    for (size_t i = 0; i < from; i++)
        for (size_t k = 0; k < from; k++) {
            const struct ball *element = &w[i * from + k];
            if (element->mid == 0 && element->radius == 0)
                continue;
            for (size_t j = 0; j < n; j++) {
                const double t = problem->symbol[k * row + j * column];
                if (t != 0)
                    half[i * n + j] =
                        ball_add(half[i * n + j], ball_multiply(*element, ball_of(t)));
            }
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            struct ball sum = ball_of(0);
            for (size_t k = 0; k < from; k++) {
                const double t = problem->symbol[k * row + i * column];
                if (t != 0)
                    sum = ball_add(sum, ball_multiply(half[k * n + j], ball_of(t)));
            }
            out[i * n + j] = sum;
        }
    free(half);
    return STATUS_OK;
}

/* NULL, or why the multipliers are none: each must be >= 0, and the sums of the values'
 * and of t's factors 0 and 1. Factors of values are +-scale. */
static const char *balance(const struct worst_problem *problem,
                           const struct worst_multipliers *multipliers, int64_t *flow)
{
    int64_t measured = 0, total = 0;
    if (multipliers->bits < 0 || multipliers->bits > 62)
        return "the multipliers' unit is out of range";
    for (size_t r = 0; r < problem->rows; r++) {
        const struct worst_row *row = &problem->row[r];
        const int64_t unit = multipliers->unit[r];
        if (unit < 0)
            return "a multiplier is negative";
        if (unit > INT64_MAX - total)
            return "the multipliers are too large";
        total += unit;
        for (size_t k = 0; k < 2; k++)
            if (row->factor[k] != 0)
                flow[row->value[k]] += row->factor[k] > 0 ? unit : -unit;
        if (row->t_factor != 0)
            measured += unit;
    }
    for (size_t k = 0; k < problem->values; k++)
        if (flow[k] != 0)
            return "the values do not balance";
    return measured == (int64_t)1 << multipliers->bits
               ? NULL
               : "the weights of the measure do not sum to 1";
}

static void weigh(const struct worst_problem *problem,
                  const struct worst_multipliers *multipliers, struct ball *w,
                  struct ball *bound)
{
    const quad grain = 1 / (quad)((int64_t)1 << multipliers->bits);
    const size_t n = problem->symbols;
    *bound = ball_of(0);
    for (size_t r = 0; r < problem->rows; r++) {
        const struct worst_row *row = &problem->row[r];
        /* A power of two times 63 bits: exact. */
        const struct ball lambda = ball_of((quad)multipliers->unit[r] * grain);
        if (lambda.mid == 0)
            continue;
        *bound = ball_add(*bound, ball_multiply(lambda, ball_of(row->limit)));
        for (size_t k = row->first; k < row->first + row->count; k++) {
            const struct worst_term *term = &problem->term[k];
            const struct ball half =
                ball_multiply(lambda, ball_of((quad)term->coefficient / 2));
            struct ball *upper = &w[term->u * n + term->v];
            struct ball *lower = &w[term->v * n + term->u];
            *upper = ball_add(*upper, half);
            *lower = ball_add(*lower, half);
        }
    }
}

int worst_check_above(const struct worst_problem *problem,
                      const struct worst_multipliers *multipliers, double *bound,
                      const char **reason, struct error *error)
{
    const size_t n = problem->symbols;
    struct ball total;
    int status = STATUS_OK;
    int64_t *flow = calloc(problem->values, sizeof *flow);
    struct ball *w = calloc(n * n, sizeof *w);
    struct ball *s = calloc(problem->basis * problem->basis, sizeof *s);
    if (!flow || !w || !s) {
        status = error_memory(error, "a check of a worst case");
        goto out;
    }
    *reason = balance(problem, multipliers, flow);
    if (*reason)
        goto out;
    weigh(problem, multipliers, w, &total);
    status = congruence(problem, false, w, s, error);
    if (status != STATUS_OK)
        goto out;
    if (!is_positive_definite(s, problem->basis))
        *reason = "the matrix of the multipliers is not positive definite";
    *bound = ball_above(ball_divide(total, ball_of(problem->unit)));
out:
    free(s);
    free(w);
    free(flow);
    return status;
}

/* Whether the row is obeyed by the products of the symbols (lower half), values, t. */
static bool is_obeyed(const struct worst_problem *problem, const struct worst_row *row,
                      const struct ball *product, const double *value, double t)
{
    struct ball slack = ball_add(ball_of(row->limit),
                                 ball_multiply(ball_of(-row->t_factor), ball_of(t)));
    for (size_t k = 0; k < 2; k++)
        slack = ball_add(slack, ball_multiply(ball_of(-row->factor[k]),
                                              ball_of(value[row->value[k]])));
    for (size_t k = row->first; k < row->first + row->count; k++) {
        const struct worst_term *term = &problem->term[k];
        const size_t high = term->u > term->v ? term->u : term->v;
        const size_t low = term->u > term->v ? term->v : term->u;
        slack = ball_add(slack, ball_multiply(ball_of(-term->coefficient),
                                              product[high * problem->symbols + low]));
    }
    return ball_is_positive(slack);
}

int worst_check_below(const struct worst_problem *problem, const double *gram,
                      const double *value, double t, double *bound, const char **reason,
                      struct error *error)
{
    const size_t n = problem->basis;
    int status = STATUS_OK;
    struct ball *g = calloc(n * n, sizeof *g);
    struct ball *product = calloc(problem->symbols * problem->symbols, sizeof *product);
    if (!g || !product) {
        status = error_memory(error, "a check of a worst case");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            g[i * n + j] = ball_of(gram[i > j ? i * n + j : j * n + i]);
    status = congruence(problem, true, g, product, error);
    if (status != STATUS_OK)
        goto out;
    *reason = is_positive_definite(g, n) ? NULL : "the Gram matrix is not definite";
    for (size_t r = 0; !*reason && r < problem->rows; r++)
        if (!is_obeyed(problem, &problem->row[r], product, value, t))
            *reason = "a row is not obeyed";
    *bound = ball_below(ball_divide(ball_of(t), ball_of(problem->unit)));
out:
    free(product);
    free(g);
    return status;
}
