/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_program.h"

#include <math.h>
#include <stdlib.h>

/* The row of the p-th multiplier that follows. */
static size_t follower(const struct worst_problem *problem, size_t p)
{
    return p < problem->values ? p : problem->values + 1;
}

static bool is_follower(const struct worst_problem *problem, size_t row)
{
    return row < problem->values || row == problem->values + 1;
}

/* A row of the program is the problem's divided by the size of its largest value; one
 * without values stays. */
static wide scale_of(const struct worst_program *program, const struct worst_row *row)
{
    double size = 0;
    for (size_t k = 0; program->by_size && k < 2; k++)
        if (row->factor[k] != 0)
            size = fmax(size, program->problem->value_size[row->value[k]]);
    return size > 0 ? 1 / (wide)size : 1;
}

static int add_product(struct worst_program *program, struct worst_form *form, size_t u,
                       size_t v, wide coefficient, struct error *error)
{
    for (size_t k = form->first; k < form->first + form->count; k++) {
        struct worst_product *own = &program->product[k];
        if ((own->u == u && own->v == v) || (own->u == v && own->v == u)) {
            own->coefficient += coefficient;
            return STATUS_OK;
        }
    }
    if (program->products == program->capacity) {
        const size_t capacity = 2 * program->capacity + 1024;
        struct worst_product *more =
            realloc(program->product, capacity * sizeof *program->product);
        if (!more)
            return error_memory(error, "the solver of a worst case");
        program->product = more;
        program->capacity = capacity;
    }
    program->product[program->products++] = (struct worst_product){u, v, coefficient};
    form->count++;
    return STATUS_OK;
}

/* Adds `factor` times the products of a row to a form. */
static int add_row(struct worst_program *program, struct worst_form *form, size_t r,
                   wide factor, struct error *error)
{
    const struct worst_problem *problem = program->problem;
    const struct worst_row *row = &problem->row[r];
    int status = STATUS_OK;
    for (size_t k = row->first; status == STATUS_OK && k < row->first + row->count; k++)
        status = add_product(program, form, problem->term[k].u, problem->term[k].v,
                             factor * (wide)problem->term[k].coefficient, error);
    return status;
}

/* The factor of value p, or behind the values of t, in a row of the program. */
static wide factor_of(const struct worst_program *program, size_t r, size_t p)
{
    const struct worst_row *row = &program->problem->row[r];
    wide factor = p == program->problem->values ? (wide)row->t_factor : 0;
    for (size_t k = 0; p < program->problem->values && k < 2; k++)
        if (row->factor[k] != 0 && row->value[k] == p)
            factor += (wide)row->factor[k];
    return factor * program->scale[r];
}

/* Sets A_j, a_j and objective_j from the row of variable j, or with j = 0 from nothing
 * but that t must balance. The measure's own row may contain a value. */
static int set_variable(struct worst_program *program, size_t j, struct error *error)
{
    const struct worst_problem *problem = program->problem;
    const size_t values = problem->values, measure = values + 1;
    struct worst_form *form = &program->form[j];
    wide *follow = program->follow + j * program->followers;
    wide objective = 0;
    int status = STATUS_OK;
    form->first = program->products;
    const size_t r = j > 0 ? program->row[j - 1] : 0;
    if (j > 0) {
        status = add_row(program, form, r, program->scale[r], error);
        objective = (wide)problem->row[r].limit * program->scale[r];
    }
    follow[values] = (j > 0 ? -factor_of(program, r, values) : 1 / program->t_size) /
                     factor_of(program, measure, values);
    for (size_t p = 0; p < values; p++)
        follow[p] = -((j > 0 ? factor_of(program, r, p) : 0) +
                      follow[values] * factor_of(program, measure, p)) /
                    factor_of(program, p, p);
    for (size_t p = 0; status == STATUS_OK && p <= values; p++)
        if (follow[p] != 0) {
            const size_t own = follower(problem, p);
            status =
                add_row(program, form, own, follow[p] * program->scale[own], error);
            objective +=
                follow[p] * (wide)problem->row[own].limit * program->scale[own];
        }
    if (j > 0)
        program->objective[j - 1] = objective;
    return status;
}

int worst_program_init(const struct worst_problem *problem, const size_t *chosen,
                       size_t count, bool by_size, struct worst_program *program,
                       struct error *error)
{
    const size_t n = problem->basis, followers = problem->values + 1;
    const size_t variables = count - followers;
    *program = (struct worst_program){
        .problem = problem,
        .by_size = by_size,
        .size = n,
        .symbols = problem->symbols,
        .followers = followers,
        .symbol = worst_linear_zeros(problem->symbols * n),
        .transposed = worst_linear_zeros(problem->symbols * n),
        .size_of = worst_linear_zeros(n),
        .row = calloc(variables + 1, sizeof *program->row),
        .scale = worst_linear_zeros(problem->rows),
        .form = calloc(1 + variables, sizeof *program->form),
        .follow = worst_linear_zeros((1 + variables) * followers),
        .objective = worst_linear_zeros(variables),
    };
    if (!program->symbol || !program->transposed || !program->size_of ||
        !program->row || !program->scale || !program->form || !program->follow ||
        !program->objective)
        return error_memory(error, "the solver of a worst case");
    for (size_t i = 0; i < n; i++)
        program->size_of[i] = by_size ? (wide)problem->vector_size[i] : 1;
    for (size_t k = 0; k < problem->symbols * n; k++)
        program->symbol[k] = program->transposed[k % n * problem->symbols + k / n] =
            (wide)problem->symbol[k] * program->size_of[k % n];
    for (size_t r = 0; r < problem->rows; r++)
        program->scale[r] = scale_of(program, &problem->row[r]);
    /* Measures with a value are the loss itself; others have a size of 1. */
    program->t_size = 1 / program->scale[follower(problem, problem->values)];
    for (size_t c = 0; c < count; c++)
        if (!is_follower(problem, chosen[c]))
            program->row[program->variables++] = chosen[c];
    int status = STATUS_OK;
    for (size_t j = 0; status == STATUS_OK && j <= program->variables; j++)
        status = set_variable(program, j, error);
    return status;
}

void worst_program_free(struct worst_program *program)
{
    free(program->symbol);
    free(program->transposed);
    free(program->size_of);
    free(program->row);
    free(program->scale);
    free(program->form);
    free(program->product);
    free(program->follow);
    free(program->objective);
    *program = (struct worst_program){0};
}

wide worst_program_apply(const struct worst_program *program, size_t j, const wide *p)
{
    const struct worst_product *own = program->product + program->form[j].first;
    const size_t s = program->symbols;
    wide sum = 0;
    for (size_t k = 0; k < program->form[j].count; k++)
        sum += own[k].coefficient *
               (p[own[k].u * s + own[k].v] + p[own[k].v * s + own[k].u]);
    return sum / 2;
}

wide worst_program_cross(const struct worst_program *program, size_t i, size_t j,
                         const wide *x, const wide *w)
{
    const struct worst_product *a = program->product + program->form[i].first;
    const struct worst_product *b = program->product + program->form[j].first;
    const size_t s = program->symbols;
    wide sum = 0;
    for (size_t k = 0; k < program->form[i].count; k++) {
        const wide *xu = x + a[k].u * s, *xv = x + a[k].v * s;
        const wide *wu = w + a[k].u * s, *wv = w + a[k].v * s;
        wide own = 0;
        for (size_t l = 0; l < program->form[j].count; l++) {
            const size_t u = b[l].u, v = b[l].v;
            own += b[l].coefficient *
                   (xv[u] * wu[v] + xv[v] * wu[u] + xu[u] * wv[v] + xu[v] * wv[u]);
        }
        sum += a[k].coefficient * own;
    }
    return sum / 4;
}

void worst_program_slack(const struct worst_program *program, const wide *y,
                         bool constant, wide *work, wide *zz, wide *z)
{
    const size_t s = program->symbols, n = program->size;
    wide *half = work + s * s;
    for (size_t k = 0; k < s * s; k++)
        work[k] = 0;
    for (size_t p = 0; p < program->followers; p++)
        z[p] = constant ? program->follow[p] : 0;
    for (size_t j = constant ? 0 : 1; j <= program->variables; j++) {
        const struct worst_form *form = &program->form[j];
        const wide weight = j > 0 ? y[j - 1] : 1;
        for (size_t k = form->first; k < form->first + form->count; k++) {
            const struct worst_product *own = &program->product[k];
            work[own->u * s + own->v] += weight * own->coefficient / 2;
            work[own->v * s + own->u] += weight * own->coefficient / 2;
        }
        for (size_t p = 0; j > 0 && p < program->followers; p++)
            z[p] += weight * program->follow[j * program->followers + p];
    }
    worst_linear_congruence(program->transposed, work, n, s, half, zz);
}

/* The value of a row's products for the symbols' inner products. */
static wide value_of(const struct worst_program *program, size_t r, const wide *p)
{
    const struct worst_problem *problem = program->problem;
    const struct worst_row *row = &problem->row[r];
    wide sum = 0;
    for (size_t k = row->first; k < row->first + row->count; k++)
        sum += (wide)problem->term[k].coefficient *
               p[problem->term[k].u * program->symbols + problem->term[k].v];
    return sum;
}

void worst_program_values(const struct worst_program *program, const wide *products,
                          const wide *x, double *value, double *t)
{
    const struct worst_problem *problem = program->problem;
    for (size_t p = 0; p <= problem->values; p++) {
        const size_t r = follower(problem, p);
        const struct worst_row *row = &problem->row[r];
        wide rest = (wide)row->limit - x[p] / program->scale[r] -
                    value_of(program, r, products);
        if (p < problem->values) {
            value[p] = (double)(rest / (wide)row->factor[0]);
            continue;
        }
        for (size_t k = 0; k < 2; k++)
            rest -= (wide)row->factor[k] * (wide)value[row->value[k]];
        *t = (double)(rest / (wide)row->t_factor);
    }
}

double worst_program_excess(const struct worst_program *program, size_t r,
                            const wide *products, const double *value, double t)
{
    const struct worst_row *row = &program->problem->row[r];
    wide sum = value_of(program, r, products) + (wide)row->t_factor * (wide)t -
               (wide)row->limit;
    for (size_t k = 0; k < 2; k++)
        sum += (wide)row->factor[k] * (wide)value[row->value[k]];
    return (double)sum;
}
