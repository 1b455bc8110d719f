/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_case.h"

#include "base/interrupt.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_matrix.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 24,     /* of rows that a function has not obeyed */
    ALL_ROWS = 350,  /* up to which all rows are given to the solver at once */
    MOST_DIGITS = 8, /* that are shown: the solver's last ones are not */
    LEAST_BITS = 20, /* of multipliers */
};

/* Tried in turn until one is close enough. */
static const struct worst_attempt attempts[] = {
    {1e-13, 1e4, true, 4},  {1e-13, 1e2, false, 4},  {1e-13, 1e6, true, 3},
    {1e-12, 1e4, false, 5}, {1e-11, 1e2, true, 2.5}, {1e-10, 1e7, false, 3},
    {1e-12, 1e3, true, 2},
};
enum { ATTEMPTS = sizeof attempts / sizeof *attempts };

/* What a row must have that the solver was not given. */
static const double slack = 1e-12;

/* A relative gap at which no further attempt is made, and one at which rows with small
 * multipliers may stay left out. */
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

static void choose_all(const struct worst_problem *problem, struct choice *choice)
{
    for (size_t r = 0; r < problem->rows; r++)
        choose(choice, r);
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

/* Chooses every row that the function does not obey with some slack; whether there was
 * one. */
static bool choose_broken(const struct worst_problem *problem,
                          const struct worst_function *function, struct choice *choice)
{
    const size_t before = choice->count;
    for (size_t r = problem->pairs; r < problem->rows; r++)
        if (!choice->in[r] &&
            worst_row_excess(problem, &problem->row[r], function->gram, function->value,
                             function->t) > -slack)
            choose(choice, r);
    return choice->count > before;
}

/* Where attempts write; the best is in the worst_case. */
struct scratch {
    struct choice choice;
    struct worst_function function;
    struct worst_multipliers multipliers;
    /* Of the rows chosen: the best function's, and an attempt's. */
    double *rough, *multiplier;
};

/* Finds a function for all rows: where these are many, first for some, then for those
 * too that it broke. */
static int attempt_below(const struct worst_problem *problem,
                         const struct worst_attempt *attempt, struct scratch *scratch,
                         double *bound, double *gap, bool *found, struct error *error)
{
    struct choice *choice = &scratch->choice;
    const char *reason = NULL;
    int status = STATUS_OK;
    *found = true;
    for (int round = 0; *found && round < ROUNDS; round++) {
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = worst_solve_function(problem, choice->row, choice->count, attempt,
                                          &scratch->function, scratch->multiplier, gap,
                                          found, error);
        if (status != STATUS_OK)
            return status;
        if (!*found || !choose_broken(problem, &scratch->function, choice))
            break;
    }
    if (*found)
        status =
            worst_check_below(problem, scratch->function.gram, scratch->function.value,
                              scratch->function.t, bound, &reason, error);
    *found = *found && !reason;
    return status;
}

static void keep_function(const struct worst_problem *problem,
                          const struct scratch *scratch, struct worst_function *best)
{
    const size_t n = problem->basis;
    memcpy(best->gram, scratch->function.gram, n * n * sizeof *best->gram);
    memcpy(best->value, scratch->function.value, problem->values * sizeof *best->value);
    best->t = scratch->function.t;
    memcpy(scratch->rough, scratch->multiplier,
           scratch->choice.count * sizeof *scratch->rough);
}

/* Finds a function and proves it; *bound is NAN if there is none. */
static int find_below(struct worst_case *worst, struct scratch *scratch, double *bound,
                      struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    int status = STATUS_OK;
    double gap = INFINITY;
    *bound = NAN;
    if (problem->rows <= ALL_ROWS)
        choose_all(problem, &scratch->choice);
    else
        choose_neighbours(problem, &scratch->choice);
    for (int k = 0; status == STATUS_OK && !(gap <= close_enough) && k < ATTEMPTS;
         k++) {
        bool found;
        double own = NAN, own_gap = INFINITY;
        status = attempt_below(problem, &attempts[k], scratch, &own, &own_gap, &found,
                               error);
        if (status != STATUS_OK || !found || own <= *bound)
            continue;
        *bound = own;
        gap = own_gap;
        keep_function(problem, scratch, &worst->function);
    }
    return status;
}

/* Sets the multipliers to whole units, and those that follow from the others. */
static void set_units(const struct worst_problem *problem, const struct choice *choice,
                      const double *multiplier, struct worst_multipliers *multipliers)
{
    const size_t measure = problem->values + 1;
    double sum = 1;
    for (size_t c = 0; c < choice->count; c++)
        sum += fmax(multiplier[c], 0);
    multipliers->bits = (int)fmin(fmax(61 - ceil(log2(sum)), 0), 60);
    for (size_t r = 0; r < problem->rows; r++)
        multipliers->unit[r] = 0;
    if (multipliers->bits < LEAST_BITS)
        return; /* which the check rejects */
    for (size_t c = 0; c < choice->count; c++)
        multipliers->unit[choice->row[c]] =
            (int64_t)ldexp(fmax(multiplier[c], 0), multipliers->bits);
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

/* Finds multipliers of the rows chosen and proves them, until they are close to
 * `below`. *bound, that of the best ones so far, is NAN if there are none. */
static int find_above(struct worst_case *worst, struct scratch *scratch, double below,
                      double *bound, struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    const struct choice *choice = &scratch->choice;
    int status = STATUS_OK;
    for (int k = 0; k < ATTEMPTS && !(*bound - below <= close_enough * *bound); k++) {
        bool found = false;
        const char *reason = NULL;
        double own = NAN;
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = worst_solve_multipliers(problem, choice->row, choice->count,
                                             &attempts[k], scratch->multiplier, &found,
                                             error);
        if (status == STATUS_OK && found) {
            set_units(problem, choice, scratch->multiplier, &scratch->multipliers);
            status =
                worst_check_above(problem, &scratch->multipliers, &own, &reason, error);
        }
        if (status != STATUS_OK)
            return status;
        if (!found || reason || own >= *bound)
            continue;
        *bound = own;
        worst->multipliers.bits = scratch->multipliers.bits;
        memcpy(worst->multipliers.unit, scratch->multipliers.unit,
               problem->rows * sizeof *worst->multipliers.unit);
    }
    return STATUS_OK;
}

/* Keeps the rows whose multipliers matter. */
static void choose_active(const struct worst_problem *problem, const double *multiplier,
                          struct choice *choice)
{
    const size_t count = choice->count;
    double largest = 0;
    for (size_t c = 0; c < count; c++)
        largest = fmax(largest, multiplier[c]);
    choose_none(choice);
    /* No row moves behind the place that it is read from. */
    for (size_t c = 0; c < count; c++) {
        const size_t row = choice->row[c];
        if (row < problem->pairs || multiplier[c] > 1e-6 * largest)
            choose(choice, row);
    }
    choose_neighbours(problem, choice);
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

/* Rounds to the digits that the gap supports. */
static void round_bounds(double gap, struct worst_case *worst)
{
    int digits = MOST_DIGITS;
    if (gap > 0)
        digits = (int)fmax(1, fmin(digits, floor(-log10(5 * gap))));
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
        gsl_matrix_set(gram, k / n, k % n, worst->function.gram[k]);
    if (gsl_eigen_symm(gram, value, work) != 0) {
        status = error_set(error, STATUS_SOFTWARE,
                           "the rank of a worst case could not be computed");
        goto out;
    }
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

/* Finds both sides. */
static int find_both(struct worst_case *worst, struct scratch *scratch,
                     struct error *error)
{
    const struct worst_problem *problem = &worst->problem;
    double below = NAN, above = NAN;
    int status = find_below(worst, scratch, &below, error);
    if (status == STATUS_OK && !isnan(below)) {
        choose_active(problem, scratch->rough, &scratch->choice);
        status = find_above(worst, scratch, below, &above, error);
    }
    if (status == STATUS_OK && !(above - below <= close_without * above)) {
        choose_all(problem, &scratch->choice);
        status = find_above(worst, scratch, below, &above, error);
    }
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
    worst->function.gram = calloc(square, sizeof *worst->function.gram);
    worst->function.value = calloc(problem->values, sizeof *worst->function.value);
    worst->multipliers.unit = calloc(problem->rows, sizeof *worst->multipliers.unit);
    return worst->function.gram && worst->function.value && worst->multipliers.unit
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
        .function.gram = calloc(square, sizeof *scratch->function.gram),
        .function.value = calloc(values, sizeof *scratch->function.value),
        .multipliers.unit = calloc(rows, sizeof *scratch->multipliers.unit),
        .multiplier = calloc(rows, sizeof *scratch->multiplier),
        .rough = calloc(rows, sizeof *scratch->rough),
    };
    return scratch->choice.row && scratch->choice.in && scratch->function.gram &&
                   scratch->function.value && scratch->multipliers.unit &&
                   scratch->multiplier && scratch->rough
               ? STATUS_OK
               : error_memory(error, "a worst case");
}

static void scratch_free(struct scratch *scratch)
{
    free(scratch->function.gram);
    free(scratch->function.value);
    free(scratch->multipliers.unit);
    free(scratch->choice.row);
    free(scratch->choice.in);
    free(scratch->multiplier);
    free(scratch->rough);
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
    free(worst->function.gram);
    free(worst->function.value);
    free(worst->multipliers.unit);
    worst_problem_free(&worst->problem);
}
