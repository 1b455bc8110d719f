/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_table.h: tables whose rows are about update rules. */
#ifndef PNM_RULE_TABLE_H
#define PNM_RULE_TABLE_H

#include "cli/table.h"
#include "rules/rule.h"

/* Makes a table for the rows of rules[rule_count], ordered as in a request. Behind
 * columns[count] it has a column for every parameter that differs between two rules of
 * the same name, unless columns[] has it: their rows must be distinguishable.
 * STATUS_MEMORY. */
PNM_MUST_USE int rule_table_init(struct table *table, const struct column *columns,
                                 size_t count, const struct rule *rules,
                                 size_t rule_count, struct error *error);

/* Starts a row of the table and fills the column `optimizer` and those named as the
 * rule's parameters. STATUS_MEMORY. */
PNM_MUST_USE int rule_table_row(const struct rule *rule, struct table *table,
                                struct error *error);

#endif
