/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot_groups.h: the rows of a table in groups of those that have the same in columns.
 */
#ifndef PNM_PLOT_GROUPS_H
#define PNM_PLOT_GROUPS_H

#include "cli/table.h"

struct groups_entry;

struct groups {
    const struct table *table;
    size_t *of;   /* a row's group; groups are numbered by where they first appear */
    size_t count; /* 0 if the table has no rows */
    struct groups_entry *entry; /* a row each, while rows are sorted */
};

/* Puts all rows into one group. STATUS_MEMORY; groups_free is legal after a failure. */
PNM_MUST_USE int groups_init(struct groups *groups, const struct table *table,
                             struct error *error);
void groups_free(struct groups *groups);

/* Cuts the groups up further by what the rows have in a column. Empty cells are alike.
 */
void groups_refine(struct groups *groups, int column);

/* The first row of a group. */
size_t groups_first(const struct groups *groups, size_t group);

/* Whether two rows, of one table or of two, have the same in a column each, which are
 * of the same kind. */
bool groups_same_cell(const struct table *a, size_t row_a, int column_a,
                      const struct table *b, size_t row_b, int column_b);

#endif
