/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_case.h"

#include "base/interrupt.h"

#include <gsl/gsl_cblas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 40,     /* of rows that a function has not obeyed */
    MOST_DIGITS = 8, /* that are shown: the solver's last ones are not */
    LEAST_BITS = 20, /* of multipliers */
};

/* Relative gaps at which the solver stops: while rows are looked for, and then, to
 * prove what it has found. The nearer, the smaller is the slack of inequalities, and
 * the proofs fail at last. */
static const double rough = 1e-3;
static const double tolerance[] = {1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10};
enum { TOLERANCES = sizeof tolerance / sizeof *tolerance };

/* Shares of a point far inside that are mixed with what the solver has found. */
static const double share[] = {0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3};
enum { SHARES = sizeof share / sizeof *share };

/* What a row must have that the solver was not given. */
static const double slack = 1e-12;

/* A relative gap at which nothing nearer is looked for, and one at which the unknowns
 * are not divided by other sizes. */
static const double close_enough = 2e-9, close_without = 1e-7;

/* The rows that the solver is given. */
struct choice {
    size_t *row, count;
    bool *in; /* problem->rows */
};

static void choose(struct choice *choice, size_t row)
{
    if (!choice->in[row])
        choice->row[choice->count++] = row;
    choice->in[row] = true;
}

static void choose_none(struct choice *choice)
{
    for (size_t k = 0; k < choice->count; k++)
        choice->in[choice->row[k]] = false;
    choice->count = 0;
}

/* All rows but pairs, and the pairs of neighbours. */
static void choose_neighbours(const struct worst_problem *problem,
                              struct choice *choice)
{
    for (size_t r = 0; r < problem->pairs; r++)
        choose(choice, r);
    for (size_t r = problem->pairs; r < problem->rows; r++) {
        const struct worst_row *row = &problem->row[r];
        const size_t i = row->value[0], j = row->value[1];
        if (row->factor[0] == 0 || row->factor[1] == 0 || i == j + 1 || j == i + 1)
            choose(choice, r);
    }
}

/* A row that a function does not obey, and by how much. */
struct broken {
    double excess;
    size_t row;
};

static int by_excess(const void *a, const void *b)
{
    const struct broken *x = a, *y = b;
    return (x->excess < y->excess) - (x->excess > y->excess);
}

/* Where the solver's answers are; the best are in the worst_case. */
struct scratch {
    struct choice choice;
    struct worst_function function;
    struct worst_multipliers multipliers;
    double *multiplier;    /* problem->rows */
    struct broken *broken; /* problem->rows */
};

/* Chooses the rows that the function breaks most; whether there was one. */
static bool choose_broken(const struct worst_problem *problem,
                          const struct worst_solver *solver, struct scratch *scratch)
{
    const size_t most = 4 * problem->points;
    size_t count = 0;
    for (size_t r = problem->pairs; r < problem->rows; r++) {
        if (scratch->choice.in[r])
            continue;
        const double excess = worst_solver_excess(solver, r, &scratch->function);
        if (excess > -slack)
            scratch->broken[count++] = (struct broken){excess, r};
    }
    qsort(scratch->broken, count, sizeof *scratch->broken, by_excess);
    for (size_t k = 0; k < count && k < most; k++)
        choose(&scratch->choice, scratch->broken[k].row);
    return count > 0;
}

/* Sets the multipliers to whole units, and those that follow from the others. */
static void set_units(const struct worst_problem *problem, const double *multiplier,
                      struct worst_multipliers *multipliers)
{
    const size_t measure = problem->values + 1;
    double sum = 1;
    for (size_t r = 0; r < problem->rows; r++)
        sum += fmax(multiplier[r], 0);
    multipliers->bits = (int)fmin(fmax(61 - ceil(log2(sum)), 0), 60);
    for (size_t r = 0; r < problem->rows; r++)
        multipliers->unit[r] = 0;
    if (multipliers->bits < LEAST_BITS)
        return; /* which the check rejects */
    for (size_t r = 0; r < problem->rows; r++)
        multipliers->unit[r] =
            (int64_t)ldexp(fmax(multiplier[r], 0), multipliers->bits);
    int64_t measured = 0;
    for (size_t r = 0; r < problem->rows; r++)
        if (problem->row[r].t_factor != 0)
            measured += multipliers->unit[r];
    multipliers->unit[measure] = ((int64_t)1 << multipliers->bits) - measured;
    for (size_t k = 0; k < problem->values; k++)
        multipliers->unit[k] = 0;
    for (size_t r = problem->values; r < problem->rows; r++)
        for (size_t k = 0; k < 2; k++) {
            const double factor = problem->row[r].factor[k];
            if (factor != 0)
                multipliers->unit[problem->row[r].value[k]] +=
                    factor > 0 ? multipliers->unit[r] : -multipliers->unit[r];
        }
}

/* What has been proven of both sides, in the problem's units; NAN: nothing yet. */
struct proven {
    double below, above;
};

static bool is_close(const struct proven *proven, double gap)
{
    return proven->above - proven->below <= gap * proven->above;
}

/* Proves the function that the solver has found, and keeps it if it is better than
 * before. */
static int prove_below(struct worst_case *worst, struct scratch *scratch,
                       struct proven *proven, bool *found, struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    const struct worst_function *function = &scratch->function;
    const size_t n = problem->basis;
    const char *reason = NULL;
    double bound = NAN;
    const int status = worst_check_below(problem, function, &bound, &reason, error);
    *found = status == STATUS_OK && !reason;
    if (*found && !(bound <= proven->below)) {
        proven->below = bound;
        memcpy(worst->function.vector, function->vector,
               n * n * sizeof *function->vector);
        memcpy(worst->function.value, function->value,
               problem->values * sizeof *function->value);
        worst->function.t = function->t;
    }
    return status;
}

/* The same of the multipliers. */
static int prove_above(struct worst_case *worst, struct scratch *scratch,
                       struct proven *proven, bool *found, struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    const char *reason = NULL;
    double bound = NAN;
    set_units(problem, scratch->multiplier, &scratch->multipliers);
    const int status =
        worst_check_above(problem, &scratch->multipliers, &bound, &reason, error);
    *found = status == STATUS_OK && !reason;
    if (*found && !(bound >= proven->above)) {
        proven->above = bound;
        worst->multipliers.bits = scratch->multipliers.bits;
        memcpy(worst->multipliers.unit, scratch->multipliers.unit,
               problem->rows * sizeof *worst->multipliers.unit);
    }
    return status;
}

/* Proves both sides, each with the least share of what is far inside that suffices. */
static int prove(struct worst_case *worst, struct worst_solver *solver,
                 struct scratch *scratch, struct proven *proven, struct error *error)
{
    bool below = false, above = false;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < SHARES && !(below && above); k++) {
        worst_solver_read(solver, share[k], &scratch->function, scratch->multiplier);
        if (!below)
            status = prove_below(worst, scratch, proven, &below, error);
        if (status == STATUS_OK && !above)
            status = prove_above(worst, scratch, proven, &above, error);
    }
    return status;
}

/* Solves for the rows chosen and proves what it finds. *again: the function breaks
 * other rows, which are chosen now. *is_rough: a rough function is enough to find them,
 * as long as it breaks some. */
static int solve_chosen(struct worst_case *worst, bool by_size, bool *is_rough,
                        struct scratch *scratch, struct proven *proven, bool *again,
                        struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    struct worst_solver *solver = NULL;
    int status = worst_solver_new(problem, scratch->choice.row, scratch->choice.count,
                                  by_size, &solver, error);
    int k = *is_rough ? -1 : 0;
    *again = false;
    for (; status == STATUS_OK && k < TOLERANCES && !*again; k++) {
        const double aim = k < 0 ? rough : tolerance[k];
        double gap;
        status = worst_solver_advance(solver, aim, &gap, error);
        if (status != STATUS_OK || !isfinite(gap))
            break;
        worst_solver_read(solver, share[1], &scratch->function, scratch->multiplier);
        *again = (gap <= aim || k <= 0) && choose_broken(problem, solver, scratch);
        *is_rough = *is_rough && *again;
        if (!*again && (k >= 0 || gap > aim))
            status = prove(worst, solver, scratch, proven, error);
        if (is_close(proven, close_enough) || gap > aim)
            break;
    }
    worst_solver_free(solver);
    return status;
}

/* Finds both sides: first for some rows, then for those too that the function broke. */
static int find_bounds(struct worst_case *worst, bool by_size, struct scratch *scratch,
                       struct proven *proven, struct error *error)
{
    bool is_rough = true, again = true;
    int status = STATUS_OK;
    choose_none(&scratch->choice);
    choose_neighbours(&worst->problem, &scratch->choice);
    for (int round = 0; status == STATUS_OK && again && round < ROUNDS; round++)
        status =
            solve_chosen(worst, by_size, &is_rough, scratch, proven, &again, error);
    return status;
}

/* x rounded outward to so many significant digits. */
static double outward(double x, int digits, bool up)
{
    char text[40];
    double rounded, unit;
    if (!(x > 0) || !isfinite(x))
        return x;
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    rounded = strtod(text, NULL);
    if (up ? rounded >= x : rounded <= x)
        return rounded;
    unit = pow(10, floor(log10(x)) - digits + 1);
    snprintf(text, sizeof text, "%.*e", digits - 1, rounded + (up ? unit : -unit));
    return strtod(text, NULL);
}

/* Rounds to the digits that the gap supports, and one more. */
static void round_bounds(double gap, struct worst_case *worst)
{
    int digits = MOST_DIGITS;
    if (gap > 0)
        digits = (int)fmax(1, fmin(digits, 1 + ceil(-log10(gap))));
    worst->worst = outward(worst->worst, digits, false);
    worst->certified = outward(worst->certified, digits, true);
    worst->gap = worst_case_gap(worst);
}

double worst_case_gap(const struct worst_case *worst)
{
    return outward((worst->certified - worst->worst) / worst->certified, 2, true);
}

/* The rank of the Gram matrix: eigenvalues that are not small beside the largest. */
static int set_dimension(struct worst_case *worst, struct error *error)
{
    const size_t n = worst->problem.basis;
    gsl_matrix *gram = gsl_matrix_alloc(n, n);
    gsl_vector *value = gsl_vector_alloc(n);
    gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);
    int status = STATUS_OK;
    if (!gram || !value || !work) {
        status = error_memory(error, "the rank of a worst case");
        goto out;
    }
    for (size_t k = 0; k < n * n; k++)
        gsl_matrix_set(gram, k / n, k % n,
                       cblas_ddot((int)n, worst->function.vector + k / n * n, 1,
                                  worst->function.vector + k % n * n, 1));
    gsl_eigen_symm(gram, value, work);
    const double largest = gsl_vector_max(value);
    worst->dimension = 0;
    for (size_t k = 0; k < n; k++)
        worst->dimension += gsl_vector_get(value, k) > 1e-5 * largest;
out:
    if (gram)
        gsl_matrix_free(gram);
    if (value)
        gsl_vector_free(value);
    if (work)
        gsl_eigen_symm_free(work);
    return status;
}

void worst_case_above(struct worst_case *worst, double bound)
{
    worst->certified = nextafter(bound * worst->scale, HUGE_VAL);
}

int worst_case_below(struct worst_case *worst, double bound, struct error *error)
{
    if (worst->relaxed)
        return STATUS_OK;
    worst->worst = nextafter(bound * worst->scale, 0);
    return set_dimension(worst, error);
}

/* Finds both sides, whichever sizes suit. */
static int find_both(struct worst_case *worst, struct scratch *scratch,
                     struct error *error)
{
    struct proven proven = {NAN, NAN};
    int status = find_bounds(worst, true, scratch, &proven, error);
    if (status == STATUS_OK && !is_close(&proven, close_without))
        status = find_bounds(worst, false, scratch, &proven, error);
    const double below = proven.below, above = proven.above;
    if (status != STATUS_OK)
        return status;
    if (isnan(above) && isnan(below))
        return error_set(error, STATUS_SOFTWARE,
                         "neither a worst function nor multipliers were found");
    if (!isnan(above))
        worst_case_above(worst, above);
    if (!isnan(below))
        status = worst_case_below(worst, below, error);
    round_bounds((above - below) / above, worst);
    return status;
}

int worst_case_reserve(struct worst_case *worst, double scale, bool relaxed,
                       struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    const size_t square = problem->basis * problem->basis;
    worst->worst = worst->certified = worst->gap = NAN;
    worst->scale = scale;
    worst->relaxed = relaxed;
    worst->function.vector = calloc(square, sizeof *worst->function.vector);
    worst->function.value = calloc(problem->values, sizeof *worst->function.value);
    worst->multipliers.unit = calloc(problem->rows, sizeof *worst->multipliers.unit);
    return worst->function.vector && worst->function.value && worst->multipliers.unit
               ? STATUS_OK
               : error_memory(error, "a worst case");
}

int worst_case_init(const struct worst_setting *setting, struct worst_case *worst,
                    struct error *error)
{
    *worst = (struct worst_case){.worst = NAN, .certified = NAN, .gap = NAN};
    const int status = worst_setting_problem(setting, &worst->problem, error);
    /* Gradients within a bound at these points need not belong to a function that obeys
     * it everywhere. */
    return status == STATUS_OK ? worst_case_reserve(worst, worst_setting_scale(setting),
                                                    setting->gradient > 0, error)
                               : status;
}

static int scratch_init(const struct worst_problem *problem, struct scratch *scratch,
                        struct error *error)
{
    const size_t square = problem->basis * problem->basis;
    const size_t values = problem->values, rows = problem->rows;
    *scratch = (struct scratch){
        .choice.row = calloc(rows, sizeof *scratch->choice.row),
        .choice.in = calloc(rows, sizeof *scratch->choice.in),
        .function.vector = calloc(square, sizeof *scratch->function.vector),
        .function.value = calloc(values, sizeof *scratch->function.value),
        .multipliers.unit = calloc(rows, sizeof *scratch->multipliers.unit),
        .multiplier = calloc(rows, sizeof *scratch->multiplier),
        .broken = calloc(rows, sizeof *scratch->broken),
    };
    return scratch->choice.row && scratch->choice.in && scratch->function.vector &&
                   scratch->function.value && scratch->multipliers.unit &&
                   scratch->multiplier && scratch->broken
               ? STATUS_OK
               : error_memory(error, "a worst case");
}

static void scratch_free(struct scratch *scratch)
{
    free(scratch->function.vector);
    free(scratch->function.value);
    free(scratch->multipliers.unit);
    free(scratch->choice.row);
    free(scratch->choice.in);
    free(scratch->multiplier);
    free(scratch->broken);
}

int worst_case_solve(struct worst_case *worst, struct error *error)
{
    struct scratch scratch;
    int status = scratch_init(&worst->problem, &scratch, error);
    if (status == STATUS_OK)
        status = find_both(worst, &scratch, error);
    scratch_free(&scratch);
    return status;
}

int worst_case_find(const struct worst_setting *setting, struct worst_case *worst,
                    struct error *error)
{
    const int status = worst_case_init(setting, worst, error);
    return status == STATUS_OK ? worst_case_solve(worst, error) : status;
}

void worst_case_free(struct worst_case *worst)
{
    free(worst->function.vector);
    free(worst->function.value);
    free(worst->multipliers.unit);
    worst_problem_free(&worst->problem);
}
