/* rule_table.h: tables whose rows are about update rules. */
#ifndef PNM_RULE_TABLE_H
#define PNM_RULE_TABLE_H

#include "cli/table.h"
#include "rules/rule.h"

/* A table for the rows of rules[rule_count], as a request orders them: columns[count],
 * and behind them one for each parameter that differs between two rules of the same
 * name and has none among them, without which their rows could not be told apart.
 * STATUS_MEMORY. */
PNM_MUST_USE int rule_table_init(struct table *table, const struct column *columns,
                                 size_t count, const struct rule *rules,
                                 size_t rule_count, struct error *error);

/* Starts a row of the table: the columns `optimizer` and those named as the rule's
 * parameters are filled. STATUS_MEMORY. */
PNM_MUST_USE int rule_table_row(const struct rule *rule, struct table *table,
                                struct error *error);

#endif
