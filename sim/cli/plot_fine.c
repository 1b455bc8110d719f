/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_fine.h"

#include "base/elementary.h"
#include "base/tally.h"
#include "cli/plot_choice.h"
#include "cli/plot_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points along the axis, and how much all rows may cost together (plot.h), which is
 * about a second. */
enum { POINTS = 200, BUDGET = 60000 };

/* What is changed of a request so that the program answers for other values. */
struct refined {
    const struct options *options;
    const struct request *asked;
    struct request *request; /* a copy of the program's own request */
    const char *column;      /* of the axis */
    struct numbers values;   /* along the axis, in order */
    struct rule *rules;
    struct problem problem;
};

/* --- how many points ---------------------------------------------------------------
 */

/* The points that the budget allows for each curve; a row is about all curvatures. */
static size_t affordable_points(const struct plot_choice *choice,
                                const struct request *request)
{
    const struct table *table = choice->table;
    const struct plot *plot = choice->plot;
    const int horizon = table_column(table, "horizon");
    const size_t modes = request->problem.n > 0 ? request->problem.n : 1;
    double longest = 0, points;
    for (size_t row = 0; horizon >= 0 && row < table_rows(table); row++)
        longest = fmax(longest, table_get_number(table, row, (size_t)horizon));
    points = BUDGET / ((plot->cost > 0 ? plot->cost : 1) + plot->step_cost * longest) /
             (double)modes / (double)choice->curves.groups.count;
    return points < POINTS ? (size_t)points : POINTS;
}

/* Whether exact values of one mode follow from that mode alone. */
static bool is_simple(const struct request *request)
{
    const struct problem *problem = &request->problem;
    return problem->n == 0 || (!problem_is_coupled(problem) && !problem->data &&
                               problem->examples == 0 && problem->train_size == 0);
}

/* Whether every row of the table takes a search. */
static bool is_searched(const struct options *options)
{
    for (size_t k = 0; k < options->count; k++)
        if (options->value[k].option.searches && options->value[k].given)
            return true;
    return false;
}

static int compare_numbers(const void *first, const void *second)
{
    const double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

/* The values of the axis and `points` between its ends, spaced as the axis is; whole
 * numbers if those of the axis are counts. STATUS_MEMORY. */
static int make_values(struct numbers *values, const struct plot_axis *axis, bool whole,
                       size_t points, struct error *error)
{
    const double from = axis->value[0], to = axis->value[axis->count - 1];
    size_t count = 0;
    values->value = calloc(points + axis->count + 1, sizeof *values->value);
    if (!values->value)
        return error_memory(error, "the plot");
    for (size_t k = 0; k < points; k++) {
        const double part = ((double)k + 0.5) / (double)points;
        const double value = axis->scale == PLOT_LOG
                                 ? elementary_exp((1 - part) * elementary_log(from) +
                                                  part * elementary_log(to))
                                 : (1 - part) * from + part * to;
        values->value[count++] = whole ? rint(value) : value;
    }
    memcpy(values->value + count, axis->value, axis->count * sizeof *axis->value);
    count += axis->count;
    qsort(values->value, count, sizeof *values->value, compare_numbers);
    for (size_t k = 0; k < count; k++)
        if (k == 0 || values->value[k] > values->value[values->count - 1])
            values->value[values->count++] = values->value[k];
    return STATUS_OK;
}

/* --- the axis is a parameter of rules ----------------------------------------------
 */

/* Leaves to the rule what it computes from its other parameters. */
static void forget_computed(const struct options *options, struct rule *rule)
{
    for (int i = 0; i < rule->kind->parameter_count; i++) {
        const struct parameter *parameter = &rule->kind->parameters[i];
        const struct option_value *value = options_find(options, parameter->name);
        if (i != RULE_LR && !parameter->choices && isnan(parameter->preset_value) &&
            (!value || options_is_open(value)))
            rule->number[i] = NAN;
    }
}

/* Whether two rules differ in that parameter alone; -1: in none. */
static bool same_but(const struct rule *a, const struct rule *b, int parameter)
{
    if (a->kind != b->kind)
        return false;
    for (int i = 0; i < a->kind->parameter_count; i++) {
        const double x = a->number[i], y = b->number[i];
        if (a->word[i] != b->word[i] ||
            (i != parameter && !(x == y || (isnan(x) && isnan(y)))))
            return false;
    }
    return true;
}

static bool came_before(const struct rule *rules, size_t k, int parameter)
{
    for (size_t before = 0; before < k; before++)
        if (same_but(&rules[before], &rules[k], parameter))
            return true;
    return false;
}

static bool is_parameter(const struct request_rules *rules, const char *name)
{
    for (size_t k = 0; k < rules->count; k++)
        if (rule_kind_parameter(rules->rule[k].kind, name) >= 0)
            return true;
    return false;
}

/* Gives every rule all values of its parameter. STATUS_MEMORY. */
static int refine_rules(struct refined *refined, struct error *error)
{
    const struct request_rules *asked = &refined->asked->rules;
    const struct numbers *values = &refined->values;
    struct request_rules *rules = &refined->request->rules;
    struct rule *plain = calloc(asked->count + 1, sizeof *plain);
    size_t count = 0;
    refined->rules = calloc(asked->count * values->count + 1, sizeof *refined->rules);
    if (!plain || !refined->rules) {
        free(plain);
        return error_memory(error, "the plot");
    }
    for (size_t k = 0; k < asked->count; k++) {
        const int parameter = rule_kind_parameter(asked->rule[k].kind, refined->column);
        const size_t wanted = parameter < 0 ? 1 : values->count;
        plain[k] = asked->rule[k];
        forget_computed(refined->options, &plain[k]);
        if (came_before(plain, k, parameter))
            continue;
        for (size_t i = 0; i < wanted; i++) {
            struct rule *rule = &refined->rules[count++];
            *rule = plain[k];
            if (parameter >= 0)
                rule->number[parameter] = values->value[i];
            rule_complete(rule);
        }
    }
    free(plain);
    rules->rule = refined->rules;
    rules->count = count;
    return STATUS_OK;
}

/* --- the axis is curvatures, or an option of the program's own ----------------------
 */

/* Sets *hessian to whether the noise is C = H/B and *variance to the first mode's,
 * which is that of an isotropic one; false if the noise is neither. */
static bool find_noise(const struct request *request, bool *hessian, double *variance)
{
    const struct problem *problem = &request->problem;
    bool isotropic = true;
    *hessian = true;
    *variance = problem->noise[0];
    for (size_t i = 0; i < problem->n; i++) {
        *hessian = *hessian && problem->noise[i] == problem->h[i] / request->batch;
        isotropic = isotropic && problem->noise[i] == *variance;
    }
    return *hessian || isotropic;
}

static bool is_constant(const double *vector, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (vector[i] != vector[0])
            return false;
    return true;
}

/* Makes a mode of every value. *done stays false if start and noise of the others are
 * not known. STATUS_USAGE, STATUS_MEMORY. */
static int refine_problem(struct refined *refined, bool *done, struct error *error)
{
    const struct problem *asked = &refined->asked->problem;
    struct problem *problem = &refined->problem;
    bool hessian;
    double variance;
    if (!is_constant(asked->theta_star, asked->n) ||
        !is_constant(asked->start, asked->n) ||
        !find_noise(refined->asked, &hessian, &variance))
        return STATUS_OK;
    const int status =
        problem_init_any(problem, refined->values.count, refined->values.value, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < problem->n; i++) {
        problem->theta_star[i] = asked->theta_star[0];
        problem->start[i] = asked->start[0];
        problem->noise[i] = hessian ? problem->h[i] / refined->asked->batch : variance;
    }
    problem->law = asked->law;
    problem->slope = asked->slope;
    refined->request->problem = *problem;
    *done = true;
    return STATUS_OK;
}

/* Asks for several times as many points of a curve, so that those of the table are
 * among them. */
static bool refine_count(struct refined *refined, const struct plot_axis *axis)
{
    const struct option_value *points = options_find(refined->options, "points");
    if (strcmp(refined->column, "step") != 0 || !points)
        return false;
    const uint64_t intervals = axis->count > 1 ? axis->count - 1 : 1,
                   count = intervals * ((POINTS + intervals - 1) / intervals);
    memcpy((unsigned char *)refined->request + points->option.field.offset, &count,
           sizeof count);
    return true;
}

/* Sets a list of numbers in the request. */
static bool refine_list(struct refined *refined, const struct plot_axis *axis)
{
    const struct option_value *source = plot_source(refined->options, refined->column);
    if (!source || source->option.field.type != FIELD_GRID)
        return refine_count(refined, axis);
    memcpy((unsigned char *)refined->request + source->option.field.offset,
           &refined->values, sizeof refined->values);
    return true;
}

/* --- all ----------------------------------------------------------------------------
 */

/* Turns off the switches that ask for samples. */
static void ask_exact_only(struct refined *refined)
{
    const bool off = false;
    refined->request->sampling.exact_only = true;
    refined->request->sampling.quiet = true;
    for (size_t k = 0; k < refined->options->count; k++) {
        const struct option_spec *option = &refined->options->value[k].option;
        if (option->samples && option->field.type == FIELD_FLAG)
            memcpy((unsigned char *)refined->request + option->field.offset, &off,
                   sizeof off);
    }
}

static int answer(struct refined *refined, const struct plot_choice *choice,
                  size_t points, struct table *fine, struct error *error)
{
    const struct request *asked = refined->asked;
    const size_t size =
        asked->program->request_size ? asked->program->request_size : sizeof *asked;
    const bool whole = choice->table->columns[choice->x.column].kind == COLUMN_COUNT;
    struct tally tally = {0};
    bool done = false;
    refined->request = calloc(1, size);
    if (!refined->request)
        return error_memory(error, "the plot");
    memcpy(refined->request, asked, size);
    ask_exact_only(refined);
    int status = make_values(&refined->values, &choice->x, whole, points, error);
    if (status != STATUS_OK)
        return status;
    if (is_parameter(&asked->rules, refined->column)) {
        status = refine_rules(refined, error);
        done = true;
    } else if (strcmp(refined->column, "h_i") == 0)
        status = refine_problem(refined, &done, error);
    else
        done = refine_list(refined, &choice->x);
    if (status == STATUS_OK && done)
        status = asked->program->answer(refined->request, fine, &tally, error);
    return status;
}

int plot_fine(const struct options *options, const struct request *request,
              const struct table *table, struct table *fine, struct error *error)
{
    struct plot_choice choice = {0};
    struct refined refined = {.options = options, .asked = request};
    int status = STATUS_OK;
    if (!request->output.plot || !table->plot || table_rows(table) == 0 ||
        !(options->program->groups & OPTIONS_EXACT) || !is_simple(request) ||
        is_searched(options))
        return STATUS_OK;
    status = plot_choose(&choice, table->plot, table, options, error);
    if (status == STATUS_OK && choice.kind == PLOT_ALONG &&
        (plot_has(&choice, PLOT_EXACT) || plot_has(&choice, PLOT_PAPER))) {
        const size_t points = affordable_points(&choice, request);
        refined.column = table->columns[choice.x.column].name;
        if (points > choice.x.count)
            status = answer(&refined, &choice, points, fine, error);
    }
    /* A value in between that the program refuses leaves the lines with the table's
     * own. */
    if (status != STATUS_OK || table_rows(fine) == 0) {
        table_free(fine);
        *fine = (struct table){0};
    }
    free(refined.request);
    free(refined.rules);
    problem_free(&refined.problem);
    numbers_free(&refined.values);
    plot_choice_free(&choice);
    return status == STATUS_MEMORY || status == STATUS_INTERRUPTED ? status : STATUS_OK;
}
