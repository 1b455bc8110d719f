/* bound_table.h: ratios of bounds (bound.h) as rows of a table. */
#ifndef PNM_BOUND_TABLE_H
#define PNM_BOUND_TABLE_H

#include "cli/table.h"
#include "compare/bound_search.h"

/* A table for rows of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int bound_table_init(struct table *table, const struct rule *rules,
                                  size_t count, struct error *error);

/* A row for the printed and one for the corrected form at a point of `search`, of which
 * only bound, rule and sampling are looked at. chains 0: planned for each form, for
 * the precision given. An exact verdict that fails and a corrected bound that is broken
 * are counted. */
PNM_MUST_USE int bound_table_measure(struct table *table,
                                     const struct bound_search *search,
                                     const struct bound_point *point, uint64_t chains,
                                     struct tally *tally, struct error *error);

/* The same at what is found for each form, with the command; no row where the session's
 * time was up before anything was looked at, which counts as not sampled. */
PNM_MUST_USE int bound_table_search(struct table *table, struct bound_search *search,
                                    uint64_t chains, struct tally *tally,
                                    struct error *error);

#endif
