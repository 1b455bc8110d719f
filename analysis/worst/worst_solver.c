/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_solver.h"

#include "worst/worst_apart.h"

#include <dsdp/dsdp5.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/* DSDP's form is: maximize sum_i b_i y_i subject to C - sum_i y_i A_i positive
 * semidefinite and c - sum_i y_i a_i >= 0. It numbers i from 1, and C and c 0. */
struct dual_form {
    size_t variables;
    size_t size;    /* of C and A_i */
    size_t rows;    /* of c and a_i */
    double *matrix; /* (1 + variables) x size (size + 1)/2; NULL: units of the matrix */
    double *row;    /* rows x (1 + variables), c first */
    double *objective; /* variables */
    bool positive;     /* y >= 0 */
    double largest;    /* of |y| */
    double potential;  /* of DSDP: how fast it moves to the end */
    double margin;     /* of the eigenvalues, without matrices */
};

static size_t half_size(size_t n)
{
    return n * (n + 1) / 2;
}

/* Called in every iteration: ends the solver's process if nobody waits for it. */
static int look_for_parent(DSDP dsdp, void *parent)
{
    (void)dsdp;
    if (getppid() != *(pid_t *)parent)
        _exit(1);
    return 0;
}

/* What DSDP is given; it keeps pointers to some of it. */
struct solver {
    DSDP dsdp;
    SDPCone matrices;
    LPCone rows;
    BCone bounds;
    int *start, *index, *place;
    double *entry;
    double minus_one;
    pid_t parent;
};

static int give_rows(struct solver *solver, const struct dual_form *form)
{
    const size_t columns = form->variables + 1;
    int count = 0;
    for (size_t c = 0; c < columns; c++) {
        solver->start[c] = count;
        for (size_t r = 0; r < form->rows; r++) {
            const double entry = form->row[r * columns + c];
            if (entry != 0) {
                solver->index[count] = (int)r;
                solver->entry[count++] = entry;
            }
        }
    }
    solver->start[columns] = count;
    return LPConeSetData(solver->rows, (int)form->rows, solver->start, solver->index,
                         solver->entry);
}

/* Without matrices, variable i < half_size is the i-th element of C - sum y A plus the
 * margin. */
static int give_matrices(struct solver *solver, const struct dual_form *form)
{
    const int n = (int)form->size, half = (int)half_size(form->size);
    int wrong = SDPConeSetBlockSize(solver->matrices, 0, n);
    if (!wrong)
        wrong = SDPConeSetStorageFormat(solver->matrices, 0, 'P');
    if (!wrong && !form->matrix)
        wrong = SDPConeSetIdentity(solver->matrices, 0, 0, n, -form->margin);
    for (int i = 0; !wrong && !form->matrix && i < half; i++) {
        solver->place[i] = i;
        wrong = SDPConeSetASparseVecMat(solver->matrices, 0, i + 1, n, 1, 0,
                                        &solver->place[i], &solver->minus_one, 1);
    }
    for (int i = 0; !wrong && form->matrix && i <= (int)form->variables; i++)
        wrong = SDPConeSetADenseVecMat(solver->matrices, 0, i, n, 1,
                                       form->matrix + (size_t)i * (size_t)half, half);
    return wrong;
}

/* Tolerances: the gap is relative to 1 + |objective|. */
static int configure(DSDP dsdp, double largest, double potential)
{
    int wrong = DSDPSetGapTolerance(dsdp, 1e-11);
    wrong = wrong ? wrong : DSDPSetMaxIts(dsdp, 300);
    wrong = wrong ? wrong : DSDPSetPotentialParameter(dsdp, potential);
    wrong = wrong ? wrong : DSDPReuseMatrix(dsdp, 4);
    wrong = wrong ? wrong : DSDPSetPNormTolerance(dsdp, 1);
    return wrong ? wrong : DSDPSetYBounds(dsdp, -largest, largest);
}

static int give(struct solver *solver, const struct dual_form *form)
{
    const int variables = (int)form->variables;
    int wrong = DSDPCreate(variables, &solver->dsdp);
    wrong = wrong ? wrong : DSDPCreateSDPCone(solver->dsdp, 1, &solver->matrices);
    wrong = wrong ? wrong : give_matrices(solver, form);
    for (int i = 0; !wrong && i < variables; i++)
        wrong = DSDPSetDualObjective(solver->dsdp, i + 1, form->objective[i]);
    wrong = wrong ? wrong : DSDPCreateLPCone(solver->dsdp, &solver->rows);
    wrong = wrong ? wrong : give_rows(solver, form);
    if (!wrong && form->positive) {
        wrong = DSDPCreateBCone(solver->dsdp, &solver->bounds);
        wrong = wrong ? wrong : BConeAllocateBounds(solver->bounds, variables);
        for (int i = 0; !wrong && i < variables; i++)
            wrong = BConeSetLowerBound(solver->bounds, i + 1, 0);
    }
    return wrong ? wrong : configure(solver->dsdp, form->largest, form->potential);
}

/* What a solution consists of: y, multipliers of the rows, the gap. */
static size_t result_size(const struct dual_form *form)
{
    return form->variables + form->rows + 1;
}

/* Sets the result with DSDP. STATUS_SOFTWARE if y does not obey the inequalities. */
static int solve_with(struct solver *solver, const struct dual_form *form,
                      double *result)
{
    const int variables = (int)form->variables;
    double *multiplier = result + form->variables, *gap = multiplier + form->rows;
    double infeasible = 1, above = 0, below = 0, *x;
    int count = 0;
    errno = 0;
    int wrong = give(solver, form);
    solver->parent = getppid();
    wrong =
        wrong ? wrong : DSDPSetMonitor(solver->dsdp, look_for_parent, &solver->parent);
    wrong = wrong ? wrong : DSDPSetup(solver->dsdp);
    wrong = wrong ? wrong : DSDPSolve(solver->dsdp);
    /* It says 1 for a lack of memory and for numbers that it cannot handle. */
    if (wrong)
        return errno == ENOMEM ? STATUS_MEMORY : STATUS_SOFTWARE;
    wrong = DSDPComputeX(solver->dsdp);
    wrong = wrong ? wrong : DSDPGetR(solver->dsdp, &infeasible);
    wrong = wrong ? wrong : DSDPGetY(solver->dsdp, result, variables);
    wrong = wrong ? wrong : DSDPGetPPObjective(solver->dsdp, &above);
    wrong = wrong ? wrong : DSDPGetDDObjective(solver->dsdp, &below);
    wrong = wrong ? wrong : LPConeGetXArray(solver->rows, &x, &count);
    if (wrong || infeasible > 0 || count != (int)form->rows)
        return STATUS_SOFTWARE;
    for (int r = 0; r < count; r++)
        multiplier[r] = x[r];
    *gap = fabs(above - below) / fabs(below);
    return STATUS_OK;
}

/* In the solver's own process. */
static int solve_there(void *context, double *result, size_t count)
{
    const struct dual_form *form = context;
    const size_t entries = (form->variables + 1) * form->rows + 1;
    struct solver solver = {
        .start = calloc(form->variables + 2, sizeof *solver.start),
        .index = calloc(entries, sizeof *solver.index),
        .entry = calloc(entries, sizeof *solver.entry),
        .place = calloc(half_size(form->size), sizeof *solver.place),
        .minus_one = -1,
    };
    (void)count;
    int status = STATUS_MEMORY;
    if (solver.start && solver.index && solver.entry && solver.place)
        status = solve_with(&solver, form, result);
    if (solver.dsdp)
        (void)DSDPDestroy(solver.dsdp);
    free(solver.start);
    free(solver.index);
    free(solver.entry);
    free(solver.place);
    return status;
}

/* Sets result[result_size]; *found says whether y obeys the inequalities. */
static int solve(const struct dual_form *form, double *result, bool *found,
                 struct error *error)
{
    struct dual_form copy = *form;
    return worst_apart(solve_there, &copy, result, result_size(form), found, error);
}

/* Adds coefficient <u, v> to the packed lower half of a matrix; `twice`: as the
 * coefficients of the elements of G, whose other half is the same. */
static void add_form(const struct worst_problem *problem, const struct worst_row *row,
                     double factor, bool twice, double *half)
{
    for (size_t k = row->first; k < row->first + row->count; k++) {
        const struct worst_term *term = &problem->term[k];
        const double *u = worst_symbol(problem, term->u);
        const double *v = worst_symbol(problem, term->v);
        const double c = factor * term->coefficient / 2;
        for (size_t i = 0; i < problem->basis; i++)
            for (size_t j = 0; j <= i; j++)
                half[half_size(i) + j] +=
                    c * (u[i] * v[j] + u[j] * v[i]) * (twice && i != j ? 2 : 1);
    }
}

/* The variables are the lower half of G, f and t. */
static int solve_function(const struct worst_problem *problem, const size_t *chosen,
                          size_t count, const struct worst_attempt *attempt,
                          struct worst_function *function, double *multiplier,
                          double *gap, bool *found, struct error *error)
{
    const size_t n = problem->basis, half = half_size(n);
    const size_t variables = half + problem->values + 1, columns = variables + 1;
    struct dual_form form = {.variables = variables,
                             .size = n,
                             .rows = count,
                             .largest = attempt->largest,
                             .potential = attempt->potential,
                             .margin = attempt->margin};
    int status = STATUS_OK;
    double *y = calloc(result_size(&form), sizeof *y);
    form.row = calloc(count * columns, sizeof *form.row);
    form.objective = calloc(variables, sizeof *form.objective);
    if (!y || !form.row || !form.objective) {
        status = error_memory(error, "the solver of a worst case");
        goto out;
    }
    for (size_t r = 0; r < count; r++) {
        const struct worst_row *row = &problem->row[chosen[r]];
        double *own = form.row + r * columns;
        own[0] = row->limit - attempt->margin;
        add_form(problem, row, 1, true, own + 1);
        for (size_t k = 0; k < 2; k++)
            own[1 + half + row->value[k]] += row->factor[k];
        own[variables] += row->t_factor;
    }
    form.objective[variables - 1] = 1;
    status = solve(&form, y, found, error);
    if (status != STATUS_OK || !*found)
        goto out;
    for (size_t r = 0; r < count; r++)
        multiplier[r] = y[variables + r];
    *gap = y[variables + count];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            function->gram[i * n + j] = function->gram[j * n + i] = y[half_size(i) + j];
    for (size_t k = 0; k < problem->values; k++)
        function->value[k] = y[half + k];
    function->t = y[variables - 1];
out:
    free(y);
    free(form.row);
    free(form.objective);
    return status;
}

/* How the multiplier of row `pivot` follows from another row's: minus the ratio of
 * their factors of the value, or of t. */
static double follows(const struct worst_problem *problem, size_t pivot,
                      const struct worst_row *row)
{
    const struct worst_row *own = &problem->row[pivot];
    double factor = 0;
    if (pivot > problem->values)
        return -row->t_factor;
    for (size_t k = 0; k < 2; k++)
        if (row->factor[k] != 0 && row->value[k] == pivot)
            factor += row->factor[k];
    return -factor / own->factor[0];
}

/* Sets the coefficients of the variable of `row`, or with NULL the constants, in S
 * (packed half) and in the multipliers of the `values` and of the first measure. */
static void eliminate(const struct worst_problem *problem, const struct worst_row *row,
                      double *s, double *pivots)
{
    const size_t measure = problem->values + 1;
    for (size_t p = 0; p <= problem->values; p++) {
        const size_t pivot = p < problem->values ? p : measure;
        pivots[p] = row ? follows(problem, pivot, row) : p == problem->values;
        /* The first measure's own row may contain a value. */
        if (!row && p < problem->values)
            pivots[p] = follows(problem, pivot, &problem->row[measure]);
        else if (row && p < problem->values && row->t_factor != 0)
            pivots[p] -= follows(problem, pivot, &problem->row[measure]);
    }
    if (row)
        add_form(problem, row, 1, false, s);
    for (size_t p = 0; p <= problem->values; p++)
        add_form(problem, &problem->row[p < problem->values ? p : measure], pivots[p],
                 false, s);
}

/* The variables are the multipliers of the rows chosen but for those that follow. */
static int solve_multipliers(const struct worst_problem *problem, const size_t *chosen,
                             size_t count, const struct worst_attempt *attempt,
                             double *multiplier, bool *found, struct error *error)
{
    const size_t n = problem->basis, half = half_size(n);
    const size_t pivots = problem->values + 1, measure = problem->values + 1;
    const size_t variables = count - pivots, columns = variables + 1;
    struct dual_form form = {.variables = variables,
                             .size = n,
                             .rows = pivots,
                             .positive = true,
                             .largest = attempt->largest,
                             .potential = attempt->potential};
    int status = STATUS_OK;
    double *y = calloc(result_size(&form), sizeof *y);
    double *pivot = calloc(pivots, sizeof *pivot);
    form.matrix = calloc(columns * half, sizeof *form.matrix);
    form.row = calloc(pivots * columns, sizeof *form.row);
    form.objective = calloc(variables, sizeof *form.objective);
    if (!y || !pivot || !form.matrix || !form.row || !form.objective) {
        status = error_memory(error, "the solver of a worst case");
        goto out;
    }
    size_t variable = 0;
    for (size_t c = 0; c <= count; c++) {
        if (c > 0 && (chosen[c - 1] < problem->values || chosen[c - 1] == measure))
            continue;
        const struct worst_row *row = c > 0 ? &problem->row[chosen[c - 1]] : NULL;
        double *matrix = form.matrix + variable * half;
        eliminate(problem, row, matrix, pivot);
        /* C - sum y A is S less the margin, and c - sum y a the multipliers that
         * follow. */
        for (size_t k = 0; row && k < half; k++)
            matrix[k] = -matrix[k];
        for (size_t i = 0; !row && i < n; i++)
            matrix[half_size(i) + i] -= attempt->margin;
        for (size_t p = 0; p < pivots; p++)
            form.row[p * columns + variable] = row ? -pivot[p] : pivot[p];
        if (row)
            form.objective[variable - 1] = -row->limit;
        variable++;
    }
    status = solve(&form, y, found, error);
    variable = 0;
    for (size_t c = 0; c < count; c++)
        multiplier[c] =
            chosen[c] < problem->values || chosen[c] == measure ? 0 : y[variable++];
out:
    free(y);
    free(pivot);
    free(form.matrix);
    free(form.row);
    free(form.objective);
    return status;
}

int worst_solve_function(const struct worst_problem *problem, const size_t *chosen,
                         size_t count, const struct worst_attempt *attempt,
                         struct worst_function *function, double *multiplier,
                         double *gap, bool *found, struct error *error)
{
    struct worst_problem scaled;
    double *size = calloc(problem->rows, sizeof *size);
    const size_t n = problem->basis;
    if (!size)
        return error_memory(error, "the solver of a worst case");
    int status = worst_problem_scale(problem, attempt->scaled, &scaled, size, error);
    if (status == STATUS_OK)
        status = solve_function(&scaled, chosen, count, attempt, function, multiplier,
                                gap, found, error);
    if (status == STATUS_OK) {
        for (size_t i = 0; attempt->scaled && i < n * n; i++)
            function->gram[i] *=
                problem->vector_size[i / n] * problem->vector_size[i % n];
        for (size_t k = 0; attempt->scaled && k < problem->values; k++)
            function->value[k] *= problem->value_size[k];
        for (size_t c = 0; c < count; c++)
            multiplier[c] /= size[chosen[c]];
    }
    worst_problem_free(&scaled);
    free(size);
    return status;
}

int worst_solve_multipliers(const struct worst_problem *problem, const size_t *chosen,
                            size_t count, const struct worst_attempt *attempt,
                            double *multiplier, bool *found, struct error *error)
{
    struct worst_problem scaled;
    double *size = calloc(problem->rows, sizeof *size);
    if (!size)
        return error_memory(error, "the solver of a worst case");
    int status = worst_problem_scale(problem, attempt->scaled, &scaled, size, error);
    if (status == STATUS_OK)
        status = solve_multipliers(&scaled, chosen, count, attempt, multiplier, found,
                                   error);
    for (size_t c = 0; status == STATUS_OK && c < count; c++)
        multiplier[c] /= size[chosen[c]];
    worst_problem_free(&scaled);
    free(size);
    return status;
}
