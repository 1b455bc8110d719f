/* convergence_table.h: the smallest gradient of chains, and their transient, as rows of
 * a table. */
#ifndef PNM_CONVERGENCE_TABLE_H
#define PNM_CONVERGENCE_TABLE_H

#include "cli/table.h"
#include "convergence_run.h"

enum convergence_table {
    CONVERGENCE_HORIZONS, /* min E|grad f|^2 beside the bounds, a row a horizon */
    CONVERGENCE_CURVE,    /* moments over the steps of one horizon */
    CONVERGENCE_SLOPE,    /* the exponent over the horizons */
};

/* A table for rows of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int convergence_table_init(struct table *table,
                                        enum convergence_table kind,
                                        const struct rule *rules, size_t count,
                                        struct error *error);

/* The rows of one rule. */
PNM_MUST_USE int convergence_table_add(struct table *table, enum convergence_table kind,
                                       const struct convergence_run *run,
                                       const struct rule *rule, struct error *error);

#endif
