/* SPDX-License-Identifier: GPL-3.0-or-later */
/* generalize_table.h: the table of pnm-generalize. */
#ifndef PNM_GENERALIZE_TABLE_H
#define PNM_GENERALIZE_TABLE_H

#include "cli/rule_table.h"
#include "compare/generalize.h"
#include "engine/sampling.h"

/* What a row shows. */
struct generalize_row {
    const struct match_pair *pair;
    const struct generalize_result *result;
    double margin;       /* points */
    const char *matched; /* "none", "rate", "both", "itself" or "tuned" */
    uint64_t trials;     /* learning rates tried for each of the two; 0: none */
    uint64_t edges;      /* how many of the two took the lowest or the highest one */
};

/* Makes a table for pairs of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int generalize_table_init(struct table *table, const struct rule *rules,
                                       size_t count, struct error *error);

/* Adds a row, and warns of what it has to tell. STATUS_MEMORY. */
PNM_MUST_USE int generalize_table_add(struct table *table,
                                      const struct sampling *sampling,
                                      const struct generalize_row *row,
                                      struct error *error);

#endif
