/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rule_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether there is a column of that name; lr_h stands for lr too. */
static bool has_column(const struct column *columns, size_t count, const char *name)
{
    for (size_t k = 0; k < count; k++)
        if (strcmp(columns[k].name, name) == 0 ||
            (strcmp(name, "lr") == 0 && strcmp(columns[k].name, "lr_h") == 0))
            return true;
    return false;
}

/* Whether parameter i of rules[0] differs in one of the following rules of the same
 * name.
 */
static bool parameter_varies(const struct rule *rules, size_t rule_count, int i)
{
    for (size_t k = 1; k < rule_count && rules[k].kind == rules->kind; k++)
        if (rules[k].word[i] != rules->word[i] ||
            (!(rules[k].number[i] == rules->number[i]) &&
             !(isnan(rules[k].number[i]) && isnan(rules->number[i]))))
            return true;
    return false;
}

int rule_table_init(struct table *table, const struct column *columns, size_t count,
                    const struct rule *rules, size_t rule_count, struct error *error)
{
    size_t used = count, most = count;
    for (size_t k = 0; k < rule_count; k++)
        if (k == 0 || rules[k].kind != rules[k - 1].kind)
            most += (size_t)rules[k].kind->parameter_count;
    struct column *all = malloc(most * sizeof *all);
    if (!all)
        return error_memory(error, "the columns");
    memcpy(all, columns, count * sizeof *columns);
    for (size_t k = 0; k < rule_count; k++) {
        const struct rule_kind *kind = rules[k].kind;
        if (k > 0 && kind == rules[k - 1].kind)
            continue;
        for (int i = 0; i < kind->parameter_count; i++) {
            const char *name = kind->parameters[i].name;
            if (!has_column(all, used, name) &&
                parameter_varies(&rules[k], rule_count - k, i))
                all[used++] = (struct column){name, COLUMN_REAL, false};
        }
    }
    const int status = table_init(table, all, used, error);
    free(all);
    table->swept = count;
    return status;
}

int rule_table_row(const struct rule *rule, struct table *table, struct error *error)
{
    int status = table_row(table, error);
    for (size_t k = 0; status == STATUS_OK && k < table->column_count; k++) {
        const char *name = table->columns[k].name;
        if (strcmp(name, "optimizer") == 0)
            status = table_text(table, k, rule->kind->name, error);
        else if (rule_kind_parameter(rule->kind, name) >= 0)
            table_real(table, k, rule_parameter(rule, name));
    }
    return status;
}
