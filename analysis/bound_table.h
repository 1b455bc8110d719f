/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_table.h: ratios of bounds (bound.h) as rows of a table. */
#ifndef PNM_BOUND_TABLE_H
#define PNM_BOUND_TABLE_H

#include "cli/table.h"
#include "compare/bound_search.h"

/* Makes a table for rows of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int bound_table_init(struct table *table, const struct rule *rules,
                                  size_t count, struct error *error);

/* Adds a row for the printed and one for the corrected form at a point of `search`, of
 * which only bound, rule and sampling are used. chains 0: planned for each form and the
 * precision given. The tally counts exact verdicts that fail and corrected bounds that
 * are broken. */
PNM_MUST_USE int bound_table_measure(struct table *table,
                                     const struct bound_search *search,
                                     const struct bound_point *point, uint64_t chains,
                                     struct tally *tally, struct error *error);

/* Searches for each form's largest ratio and adds its row, with the command that
 * repeats it. If the session's time is up before a search's first round ends, it has no
 * row and counts as not sampled. */
PNM_MUST_USE int bound_table_search(struct table *table, struct bound_search *search,
                                    uint64_t chains, struct tally *tally,
                                    struct error *error);

#endif
