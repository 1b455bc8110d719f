/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/exact_only.h"

#include "cli/plot.h"

#include <math.h>

int exact_only_check(struct options *options, struct error *error)
{
    const struct option_value *exact = options_find(options, "exact");
    int status = STATUS_OK;
    if (!exact || !exact->text)
        return STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        /* A flag that a file turns off has no text. */
        if (!value->option.samples || !value->given || !value->text)
            continue;
        if (exact->file || !value->file)
            return error_about(error, STATUS_USAGE, value->option.name,
                               "the option is about sampling and cannot be combined "
                               "with --exact, by which nothing is sampled; allowed is "
                               "one of the two");
        value->text = value->option.preset;
        value->file = NULL;
        value->given = false;
        status = options_read(value, error);
    }
    return status;
}

/* Whether a row has a number in the column that plots show as exact; true if the table
 * has no such column. */
static bool has_exact(const struct table *table)
{
    const char *name = table->plot ? table->plot->exact.column : NULL;
    const int column = name ? table_column(table, name) : -1;
    if (column < 0)
        return true;
    for (size_t row = 0; row < table_rows(table); row++)
        if (!isnan(table_get_number(table, row, (size_t)column)))
            return true;
    return false;
}

/* Why the first row has no exact value; NULL if it does not say so. */
static const char *reason_of(const struct table *table)
{
    const int column = table_column(table, TABLE_REASON);
    return column >= 0 && table_rows(table) > 0
               ? table_get_text(table, 0, (size_t)column)
               : NULL;
}

int exact_only_finish(const struct request *request, struct table *table,
                      struct error *error)
{
    const struct request_rules *rules = &request->rules;
    if (!request->sampling.exact_only)
        return STATUS_OK;
    table_leave_out(table, COLUMN_SAMPLED);
    if (has_exact(table))
        return STATUS_OK;
    for (size_t k = 0; k < rules->count; k++)
        if (rule_has_law(&rules->rule[k])) {
            const char *reason = reason_of(table);
            return error_about(error, STATUS_USAGE, "exact",
                               "no row has an exact value%s%s; without the option rows "
                               "are measured",
                               reason ? ": " : "", reason ? reason : "");
        }
    if (rules->count > 0 && rules->rule[0].unsolved)
        return error_about(error, STATUS_USAGE, "exact",
                           "no row has an exact value, because the data set is too "
                           "large for exact theory; without the option rows are "
                           "measured");
    return error_about(error, STATUS_USAGE, "exact",
                       "no row has an exact value, because %s has no exact law; "
                       "without the option rows are measured",
                       rules->count > 0 ? rules->rule[0].kind->name : "the rule");
}
