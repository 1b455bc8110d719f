/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_check.h"

#include "worst/definite.h"

#include <stdlib.h>

/* out += factor x, n numbers. */
static void add_scaled(struct ball factor, const double *x, size_t n, struct ball *out)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0)
            out[i] = ball_add(out[i], ball_multiply(factor, ball_of(x[i])));
}

/* out (basis x basis, lower half) = T' w T for the symbols T (symbols x basis) and a
 * symmetric w. */
static int congruence(const struct worst_problem *problem, const struct ball *w,
                      struct ball *out, struct error *error)
{
    const size_t symbols = problem->symbols, n = problem->basis;
    struct ball *half = calloc(symbols * n, sizeof *half);
    if (!half)
        return error_memory(error, "a check of a worst case");
    for (size_t u = 0; u < symbols; u++)
        for (size_t v = 0; v < symbols; v++)
            if (w[u * symbols + v].mid != 0 || w[u * symbols + v].radius != 0)
                add_scaled(w[u * symbols + v], worst_symbol(problem, v), n,
                           half + u * n);
    for (size_t i = 0; i < n * n; i++)
        out[i] = ball_of(0);
    for (size_t u = 0; u < symbols; u++)
        for (size_t i = 0; i < n; i++) {
            const double t = worst_symbol(problem, u)[i];
            for (size_t j = 0; t != 0 && j <= i; j++)
                out[i * n + j] = ball_add(out[i * n + j],
                                          ball_multiply(half[u * n + j], ball_of(t)));
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
    status = congruence(problem, w, s, error);
    if (status != STATUS_OK)
        goto out;
    bool is_definite = false;
    status = definite_prove(s, problem->basis, &is_definite, error);
    if (!is_definite)
        *reason = "the matrix of the multipliers is not positive definite";
    *bound = ball_above(ball_divide(total, ball_of(problem->unit)));
out:
    free(s);
    free(w);
    free(flow);
    return status;
}

/* Whether the row is obeyed by the products of the symbols (lower half) and a function.
 */
static bool is_obeyed(const struct worst_problem *problem, const struct worst_row *row,
                      const struct ball *product, const struct worst_function *function)
{
    struct ball slack =
        ball_add(ball_of(row->limit),
                 ball_multiply(ball_of(-row->t_factor), ball_of(function->t)));
    for (size_t k = 0; k < 2; k++)
        slack = ball_add(slack, ball_multiply(ball_of(-row->factor[k]),
                                              ball_of(function->value[row->value[k]])));
    for (size_t k = row->first; k < row->first + row->count; k++) {
        const struct worst_term *term = &problem->term[k];
        const size_t high = term->u > term->v ? term->u : term->v;
        const size_t low = term->u > term->v ? term->v : term->u;
        slack = ball_add(slack, ball_multiply(ball_of(-term->coefficient),
                                              product[high * problem->symbols + low]));
    }
    return ball_is_positive(slack);
}

/* product (symbols x symbols, lower half) from the vectors of the basis; symbol is
 * symbols x basis, all 0. */
static void multiply_symbols(const struct worst_problem *problem, const double *vector,
                             struct ball *symbol, struct ball *product)
{
    const size_t symbols = problem->symbols, n = problem->basis;
    for (size_t u = 0; u < symbols; u++)
        for (size_t i = 0; i < n; i++) {
            const double share = worst_symbol(problem, u)[i];
            if (share != 0)
                add_scaled(ball_of(share), vector + i * n, n, symbol + u * n);
        }
    for (size_t u = 0; u < symbols; u++)
        for (size_t v = 0; v <= u; v++) {
            struct ball sum = ball_of(0);
            for (size_t c = 0; c < n; c++)
                if (symbol[u * n + c].mid != 0 || symbol[u * n + c].radius != 0)
                    sum = ball_add(sum,
                                   ball_multiply(symbol[u * n + c], symbol[v * n + c]));
            product[u * symbols + v] = sum;
        }
}

int worst_check_below(const struct worst_problem *problem,
                      const struct worst_function *function, double *bound,
                      const char **reason, struct error *error)
{
    const size_t symbols = problem->symbols;
    int status = STATUS_OK;
    struct ball *symbol = calloc(symbols * problem->basis, sizeof *symbol);
    struct ball *product = calloc(symbols * symbols, sizeof *product);
    *reason = NULL;
    if (!symbol || !product) {
        status = error_memory(error, "a check of a worst case");
        goto out;
    }
    multiply_symbols(problem, function->vector, symbol, product);
    for (size_t r = 0; !*reason && r < problem->rows; r++)
        if (!is_obeyed(problem, &problem->row[r], product, function))
            *reason = "a row is not obeyed";
    *bound = ball_below(ball_divide(ball_of(function->t), ball_of(problem->unit)));
out:
    free(product);
    free(symbol);
    return status;
}
