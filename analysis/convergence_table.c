/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "convergence_table.h"

#include "cli/plot.h"
#include "cli/rule_table.h"
#include "evidence_cells.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the tables ------------------------------------------------------------------- */

enum { OPTIMIZER, LR, BETA0, BETA1, RULE_COLUMNS };

#define RULE_COLUMN_LIST                                                               \
    [OPTIMIZER] = {"optimizer", COLUMN_TEXT, false},                                   \
    [LR] = {"lr", COLUMN_REAL, false}, [BETA0] = {"beta0", COLUMN_REAL, false},        \
    [BETA1] = {"beta1", COLUMN_REAL, false}

enum {
    HORIZON = RULE_COLUMNS,
    RATE,
    MIN_SQUARE,
    STDERR,
    COUNT,
    AT_STEP,
    PRINTED,
    PRINTED_VACUOUS,
    CORRECTED,
    CORRECTED_VACUOUS,
    HORIZON_COLUMNS
};

static const struct column horizon_columns[] = {
    RULE_COLUMN_LIST,
    [HORIZON] = {"horizon", COLUMN_COUNT, false},
    [RATE] = {"eta0", COLUMN_REAL, false},
    [MIN_SQUARE] = {"min_square", COLUMN_REAL, COLUMN_SAMPLED},
    [STDERR] = {"stderr", COLUMN_REAL, COLUMN_SAMPLED},
    [COUNT] = {"count", COLUMN_COUNT, COLUMN_SAMPLED},
    [AT_STEP] = {"at_step", COLUMN_COUNT, COLUMN_SAMPLED},
    [PRINTED] = {"bound_printed", COLUMN_REAL, false},
    [PRINTED_VACUOUS] = {"printed_vacuous", COLUMN_TEXT, false},
    [CORRECTED] = {"bound_corrected", COLUMN_REAL, false},
    [CORRECTED_VACUOUS] = {"corrected_vacuous", COLUMN_TEXT, false},
};

enum {
    STEP = RULE_COLUMNS,
    QUANTITY,
    MEASURED,
    CURVE_STDERR,
    CURVE_COUNT,
    EXACT,
    EXACT_VERDICT,
    MEASURED_PLAIN,
    STDERR_PLAIN,
    GAIN,
    CURVE_COLUMNS
};

static const struct column curve_columns[] = {
    RULE_COLUMN_LIST,
    [STEP] = {"step", COLUMN_COUNT, false},
    [QUANTITY] = {"quantity", COLUMN_TEXT, false},
    [MEASURED] = {"measured", COLUMN_REAL, COLUMN_SAMPLED},
    [CURVE_STDERR] = {"stderr", COLUMN_REAL, COLUMN_SAMPLED},
    [CURVE_COUNT] = {"count", COLUMN_COUNT, COLUMN_SAMPLED},
    [EXACT] = {"exact", COLUMN_REAL, false},
    [EXACT_VERDICT] = {"exact_verdict", COLUMN_TEXT, COLUMN_SAMPLED},
    [MEASURED_PLAIN] = {"measured_plain", COLUMN_REAL, COLUMN_SAMPLED | COLUMN_PLAIN},
    [STDERR_PLAIN] = {"stderr_plain", COLUMN_REAL, COLUMN_SAMPLED | COLUMN_PLAIN},
    [GAIN] = {"gain", COLUMN_REAL, COLUMN_SAMPLED | COLUMN_PLAIN},
};

enum { HORIZONS = RULE_COLUMNS, SLOPE, SLOPE_STDERR, SLOPE_COLUMNS };

static const struct column slope_columns[] = {
    RULE_COLUMN_LIST,
    [HORIZONS] = {"horizons", COLUMN_COUNT, false},
    [SLOPE] = {"slope", COLUMN_REAL, false},
    [SLOPE_STDERR] = {"stderr", COLUMN_REAL, false},
};

static int put_bound(struct table *table, size_t column, double bound, double g,
                     struct error *error)
{
    if (isnan(bound))
        return STATUS_OK;
    table_known(table, column, bound);
    return table_text(table, column + 1, bound >= g * g ? "yes" : "no", error);
}

static const struct plot horizon_plot = {
    .label = "min E‖∇f‖²",
    .plain = "min E|grad f|^2",
    .keys = {"optimizer", "horizon", "beta0", "beta1", "lr"},
    .paper = {"bound_printed", "printed bound"},
    .exact = {"bound_corrected", "corrected bound"},
    .measured = {"min_square", "measured"},
    .error = "stderr",
};

static const struct plot curve_plot = {
    .label = "mean over chains",
    .keys = {"optimizer", "quantity", "step", "beta0", "beta1", "lr"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

static const struct plot slope_plot = {
    .label = "slope of log min E‖∇f‖² over log T",
    .plain = "slope of log min E|grad f|^2 over log T",
    .keys = {"optimizer", "beta0", "beta1", "lr"},
    .measured = {"slope", "measured"},
    .error = "stderr",
};

/* --- rows ------------------------------------------------------------------------- */

/* Warns of steps from which on a curve is no number. */
static void warn_lost(const struct convergence_run *run, const struct rule *rule,
                      const struct descent_curve *curve)
{
    const struct convergence_task *task = &run->task;
    uint64_t step = 0;
    while (step <= curve->steps &&
           (curve->excess[step].count == 0 || (isfinite(curve->excess[step].mean) &&
                                               isfinite(curve->square[0][step].mean))))
        step++;
    if (step > curve->steps)
        return;
    const bool zero_by_zero = task->sigma == 0 && rule_parameter(rule, "epsilon") == 0;
    sampling_warn(
        task->sampling, "%s with lr=%g: the mean over chains is %s from step %llu on%s",
        rule->kind->name, rule_parameter(rule, "lr"),
        zero_by_zero ? "no number" : "beyond the range of numbers, as they diverge,",
        (unsigned long long)step, zero_by_zero ? ": " SAMPLING_ZERO_BY_ZERO : "");
}

static void warn_unaffordable(const struct convergence_run *run,
                              const struct rule *rule, uint64_t steps, double needed)
{
    sampling_warn(run->task.sampling,
                  "%s with lr=%g, %llu steps: not sampled, because it needs at least "
                  "%.3g coordinate-steps and the budget --max-samples is %.3g",
                  rule->kind->name, rule_parameter(rule, "lr"),
                  (unsigned long long)steps, needed, run->task.sampling->max_samples);
}

/* Measures chains of `horizon` steps, unless exact values alone are wanted. *own
 * becomes the rule with the rate given or, if none was, with the theorem's. */
static int measure_horizon(const struct convergence_run *run, const struct rule *rule,
                           uint64_t horizon, struct rule *own,
                           struct convergence_minimum *minimum, struct error *error)
{
    struct descent_curve curve = {0};
    double needed;
    *own = *rule;
    convergence_set_rate(&run->task, horizon, own);
    if (run->task.sampling->exact_only)
        return STATUS_OK;
    const int status =
        convergence_measure(&run->task, own, horizon, &curve, &needed, error);
    if (status == STATUS_OK && needed > 0)
        warn_unaffordable(run, own, horizon, needed);
    else if (status == STATUS_OK) {
        warn_lost(run, own, &curve);
        convergence_minimum(&curve, minimum);
    }
    descent_curve_free(&curve);
    return status;
}

/* Why there is no bound; NULL if there is one, or if measured values are there for a
 * rule that the theorem is not about. */
static const char *no_bound(const struct rule *rule, const double bounds[2],
                            bool exact_only)
{
    if (!isnan(bounds[CONVERGENCE_PRINTED]))
        return NULL;
    if (convergence_has_theorem(rule))
        return "the theorem sets the learning rate itself and assumes beta0 >= 0, no "
               "weight decay and no schedule";
    return exact_only ? "the theorem is not about this rule" : NULL;
}

/* Says what a row of a horizon lacks. */
static int put_reason(struct table *table, bool unsampled, const char *unbounded,
                      struct error *error)
{
    char text[160];
    snprintf(text, sizeof text, "%s%s%s", unsampled ? "not sampled" : "",
             unsampled && unbounded ? "; " : "", unbounded ? unbounded : "");
    return *text ? table_reason(table, text, error) : STATUS_OK;
}

static int add_horizon(struct table *table, const struct convergence_run *run,
                       const struct rule *rule, uint64_t horizon, struct error *error)
{
    const double g = run->task.loss.gradient_bound;
    struct rule own;
    struct convergence_minimum minimum = {0};
    double bounds[2];
    int status = measure_horizon(run, rule, horizon, &own, &minimum, error);
    if (status == STATUS_OK)
        status = rule_table_row(&own, table, error);
    if (status != STATUS_OK)
        return status;
    table_count(table, HORIZON, horizon);
    table_real(table, RATE, convergence_applied_rate(&own));
    if (minimum.count > 0) {
        table_known(table, MIN_SQUARE, minimum.square);
        table_known(table, STDERR, minimum.se);
        table_count(table, COUNT, minimum.count);
        table_count(table, AT_STEP, minimum.step);
    }
    status = convergence_bounds(&run->task, rule, &own, horizon, bounds, error);
    if (status == STATUS_OK)
        status = put_bound(table, PRINTED, bounds[CONVERGENCE_PRINTED], g, error);
    if (status == STATUS_OK)
        status = put_bound(table, CORRECTED, bounds[CONVERGENCE_CORRECTED], g, error);
    const bool exact_only = run->task.sampling->exact_only;
    return status == STATUS_OK ? put_reason(table, minimum.count == 0 && !exact_only,
                                            no_bound(rule, bounds, exact_only), error)
                               : status;
}

static int add_horizons(struct table *table, const struct convergence_run *run,
                        const struct rule *rule, struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < run->horizon_count; k++)
        status = add_horizon(table, run, rule, run->horizon[k], error);
    return status;
}

static int add_slope(struct table *table, const struct convergence_run *run,
                     const struct rule *rule, struct error *error)
{
    const size_t count = run->horizon_count;
    struct convergence_minimum *minima = calloc(count, sizeof *minima);
    struct rule own;
    double slope, se;
    int status = minima ? STATUS_OK : error_memory(error, "the horizons");
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = measure_horizon(run, rule, run->horizon[k], &own, &minima[k], error);
    if (status == STATUS_OK)
        status = convergence_slope(run->own->horizons.value, minima, count, &slope, &se,
                                   error);
    if (status == STATUS_OK)
        status = rule_table_row(rule, table, error);
    if (status == STATUS_OK) {
        if (isnan(slope))
            sampling_warn(run->task.sampling,
                          "%s: no slope, because a minimum is 0 or could not be "
                          "measured",
                          rule->kind->name);
        table_count(table, HORIZONS, count);
        table_real(table, SLOPE, slope);
        table_real(table, SLOPE_STDERR, se);
        if (isnan(slope))
            status = table_reason(
                table, "no slope: a minimum is 0 or could not be measured", error);
    }
    free(minima);
    return status;
}

static int add_point(struct table *table, const struct convergence_run *run,
                     const struct rule *rule, const struct descent_curve *curve,
                     uint64_t step, enum descent_quantity quantity, struct error *error)
{
    struct convergence_point point;
    int status =
        convergence_point(&run->task, rule, curve, step, quantity, &point, error);
    /* A point of a grid may diverge beyond the range of numbers. */
    if (status == STATUS_OK && run->own->request.rules.count > 1 &&
        convergence_has_exact(&run->task.loss, rule) && !isfinite(point.evidence.exact))
        point.verdicts.exact = VERDICT_NO_CLAIM;
    if (status == STATUS_OK)
        status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_text(table, QUANTITY,
                            quantity == DESCENT_SQUARE ? "square" : "excess", error);
    if (status == STATUS_OK)
        status =
            table_text(table, EXACT_VERDICT, verdict_text(point.verdicts.exact), error);
    if (status != STATUS_OK)
        return status;
    verdict_count(run->tally, point.verdicts);
    table_count(table, STEP, step);
    evidence_cells(table, MEASURED, &point.evidence);
    evidence_cells_plain(table, MEASURED_PLAIN, &point.evidence);
    if (convergence_has_exact(&run->task.loss, rule))
        table_known(table, EXACT, point.evidence.exact);
    else if (!point.evidence.sampled)
        return table_reason(
            table,
            run->task.sampling->exact_only
                ? "exact values are those of linear rules on the loss quadratic, "
                  "without a schedule, or least_squares"
                : "not sampled, and there is no exact value",
            error);
    return STATUS_OK;
}

/* Measures the steps that are shown, step[0 .. points], 0 first. *sampled: there is a
 * curve. */
static int measure_curve(const struct convergence_run *run, const struct rule *rule,
                         const uint64_t *step, size_t points,
                         struct descent_curve *curve, bool *sampled,
                         struct error *error)
{
    const struct sampling *sampling = run->task.sampling;
    double needed = 0;
    *sampled = false;
    if (sampling->exact_only)
        return STATUS_OK;
    const int status = convergence_measure_curve(&run->task, rule, step + 1, points,
                                                 curve, &needed, error);
    if (status != STATUS_OK)
        return status;
    *sampled = needed == 0;
    if (*sampled)
        warn_lost(run, rule, curve);
    else
        warn_unaffordable(run, rule, step[points], needed);
    return STATUS_OK;
}

static int add_curve(struct table *table, const struct convergence_run *run,
                     const struct rule *rule, struct error *error)
{
    const uint64_t horizon = run->horizon[0];
    const uint64_t wanted = run->own->points;
    const uint64_t points = wanted < horizon ? wanted : horizon;
    struct descent_curve curve = {0};
    struct rule own = *rule;
    bool sampled;
    uint64_t *step = malloc((points + 1) * sizeof *step);
    if (!step)
        return error_memory(error, "the steps of a curve");
    for (uint64_t k = 0; k <= points; k++)
        step[k] = horizon * k / points;
    convergence_set_rate(&run->task, horizon, &own);
    mean_square_run_free(run->task.transient);
    int status = measure_curve(run, &own, step, points, &curve, &sampled, error);
    for (uint64_t k = 0; status == STATUS_OK && k <= points; k++)
        for (int q = 0; status == STATUS_OK && q < DESCENT_QUANTITIES; q++)
            status = add_point(table, run, &own, sampled ? &curve : NULL, step[k],
                               (enum descent_quantity)q, error);
    descent_curve_free(&curve);
    free(step);
    return status;
}

int convergence_table_init(struct table *table, enum convergence_table kind,
                           const struct rule *rules, size_t count, struct error *error)
{
    static const struct {
        const struct column *columns;
        size_t count;
        const struct plot *plot;
    } all[] = {
        [CONVERGENCE_HORIZONS] = {horizon_columns, HORIZON_COLUMNS, &horizon_plot},
        [CONVERGENCE_CURVE] = {curve_columns, CURVE_COLUMNS, &curve_plot},
        [CONVERGENCE_SLOPE] = {slope_columns, SLOPE_COLUMNS, &slope_plot},
    };
    const int status =
        rule_table_init(table, all[kind].columns, all[kind].count, rules, count, error);
    table->plot = all[kind].plot;
    return status;
}

int convergence_table_add(struct table *table, enum convergence_table kind,
                          const struct convergence_run *run, const struct rule *rule,
                          struct error *error)
{
    return kind == CONVERGENCE_CURVE   ? add_curve(table, run, rule, error)
           : kind == CONVERGENCE_SLOPE ? add_slope(table, run, rule, error)
                                       : add_horizons(table, run, rule, error);
}
