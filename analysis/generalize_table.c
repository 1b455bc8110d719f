/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generalize_table.h"

#include "cli/plot.h"

#include <math.h>

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(WEIGHT_DECAY, "weight_decay", REAL, true)                                   \
    COLUMN(RATE, "applied_rate", REAL, false)                                          \
    COLUMN(DECAY, "applied_decay", REAL, true)                                         \
    COLUMN(MATCHED, "matched", TEXT, false)                                            \
    COLUMN(TRIALS, "trials", COUNT, true)                                              \
    COLUMN(BASELINE, "baseline", TEXT, false)                                          \
    COLUMN(BASELINE_RULE, "baseline_rule", TEXT, true)                                 \
    COLUMN(BASELINE_LR, "baseline_lr", REAL, false)                                    \
    COLUMN(BASELINE_WEIGHT_DECAY, "baseline_weight_decay", REAL, true)                 \
    COLUMN(BASELINE_RATE, "baseline_applied_rate", REAL, true)                         \
    COLUMN(BASELINE_DECAY, "baseline_applied_decay", REAL, true)                       \
    COLUMN(ERROR, "error_test", REAL, false)                                           \
    COLUMN(ERROR_SE, "error_test_stderr", REAL, true)                                  \
    COLUMN(BASELINE_ERROR, "baseline_error_test", REAL, false)                         \
    COLUMN(BASELINE_ERROR_SE, "baseline_error_test_stderr", REAL, true)                \
    COLUMN(DIFFERENCE, "difference_points", REAL, false)                               \
    COLUMN(DIFFERENCE_SE, "difference_points_stderr", REAL, false)                     \
    COLUMN(HALF_WIDTH, "half_width_points", REAL, true)                                \
    COLUMN(MARGIN, "margin_points", REAL, true)                                        \
    COLUMN(VERDICT, "verdict", TEXT, false)                                            \
    COLUMN(COUNT, "count", COUNT, false)                                               \
    COLUMN(PLANNED, "planned", COUNT, true)                                            \
    COLUMN(DIVERGED, "diverged", COUNT, false)                                         \
    COLUMN(BASELINE_DIVERGED, "baseline_diverged", COUNT, false)                       \
    COLUMN(BEST, "difference_best_points", REAL, true)                                 \
    COLUMN(BEST_SE, "difference_best_points_stderr", REAL, true)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "test error - the baseline's, in points",
    .keys = {"lr", "beta1", "beta0", "optimizer"},
    .measured = {"difference_points", "measured"},
    .error = "difference_points_stderr",
};

int generalize_table_init(struct table *table, const struct rule *rules, size_t count,
                          struct error *error)
{
    const int status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plot;
    return status;
}

/* Puts a mean and, in the next column, its standard error. */
static void put_mean(struct table *table, size_t column, const struct moments *moments)
{
    table_known(table, column, moments->count > 0 ? moments->mean : (double)NAN);
    table_known(table, column + 1, moments_stderr(moments));
}

/* What is put into words of a row: nothing if there is nothing to tell. */
static void put_reason(const struct generalize_row *row, struct text *text)
{
    const struct generalize_result *result = row->result;
    if (result->count > 0 && result->own_diverged == result->count &&
        result->twin_diverged == result->count)
        text_add(text,
                 "all replicas of both rules diverge: the errors are those of chance");
    else if (result->own_diverged + result->twin_diverged > 0)
        text_add(text,
                 "%llu replicas of the rule and %llu of the baseline diverge, of %llu "
                 "each: they count with the error of chance",
                 (unsigned long long)result->own_diverged,
                 (unsigned long long)result->twin_diverged,
                 (unsigned long long)result->count);
    if (row->edges > 0)
        text_add(text,
                 "%s%s took the lowest or the highest learning rate tried: a better "
                 "one may lie beyond",
                 text->length > 0 ? "; " : "",
                 row->edges == 1 ? "one of the two" : "both");
}

static int tell(struct table *table, const struct sampling *sampling,
                const struct generalize_row *row, struct error *error)
{
    struct text text = {0};
    put_reason(row, &text);
    int status = text_check(&text, "a row", error);
    if (status == STATUS_OK && text.length > 0) {
        sampling_warn(sampling, "%s, lr %g: %s", row->pair->own.kind->name,
                      row->pair->own.number[RULE_LR], text_get(&text));
        status = table_reason(table, text_get(&text), error);
    }
    text_free(&text);
    return status;
}

static int put_texts(struct table *table, const struct generalize_row *row,
                     struct error *error)
{
    const struct rule *twin = &row->pair->twin;
    struct text rule = {0};
    text_add(&rule, "%s ", twin->kind->name);
    rule_describe(twin, &rule);
    int status = text_check(&rule, "a row", error);
    if (status == STATUS_OK)
        status = table_text(table, BASELINE_RULE, text_get(&rule), error);
    if (status == STATUS_OK)
        status = table_text(table, BASELINE, twin->kind->name, error);
    if (status == STATUS_OK)
        status = table_text(table, MATCHED, row->matched, error);
    if (status == STATUS_OK)
        status = table_text(table, VERDICT, verdict_text(row->result->verdict), error);
    text_free(&rule);
    return status;
}

int generalize_table_add(struct table *table, const struct sampling *sampling,
                         const struct generalize_row *row, struct error *error)
{
    const struct rule *own = &row->pair->own, *twin = &row->pair->twin;
    const struct generalize_result *result = row->result;
    const struct applied mine = training_applied(own), theirs = training_applied(twin);
    int status = rule_table_row(own, table, error);
    if (status == STATUS_OK)
        status = put_texts(table, row, error);
    if (status == STATUS_OK)
        status = tell(table, sampling, row, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, WEIGHT_DECAY, own->decay.lambda);
    table_real(table, RATE, mine.rate);
    table_real(table, DECAY, mine.decay);
    table_count(table, TRIALS, row->trials);
    table_real(table, BASELINE_LR, twin->number[RULE_LR]);
    table_real(table, BASELINE_WEIGHT_DECAY, twin->decay.lambda);
    table_real(table, BASELINE_RATE, theirs.rate);
    table_real(table, BASELINE_DECAY, theirs.decay);
    put_mean(table, ERROR, &result->own);
    put_mean(table, BASELINE_ERROR, &result->twin);
    put_mean(table, DIFFERENCE, &result->difference);
    put_mean(table, BEST, &result->best);
    table_known(table, HALF_WIDTH, result->half_width);
    table_real(table, MARGIN, row->margin);
    table_count(table, COUNT, result->count);
    table_count(table, PLANNED, result->planned);
    table_count(table, DIVERGED, result->own_diverged);
    table_count(table, BASELINE_DIVERGED, result->twin_diverged);
    return STATUS_OK;
}
