/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convergence_table.h: tables of the smallest gradient of chains and of their
 * transient.
 */
#ifndef PNM_CONVERGENCE_TABLE_H
#define PNM_CONVERGENCE_TABLE_H

#include "cli/table.h"
#include "convergence_run.h"

enum convergence_table {
    CONVERGENCE_HORIZONS, /* min E|grad f|^2 beside the bounds, a row a horizon */
    CONVERGENCE_CURVE,    /* moments over the steps of one horizon */
    CONVERGENCE_SLOPE,    /* the exponent over the horizons */
};

/* Makes a table for rows of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int convergence_table_init(struct table *table,
                                        enum convergence_table kind,
                                        const struct rule *rules, size_t count,
                                        struct error *error);

/* Measures one rule and adds its rows. */
PNM_MUST_USE int convergence_table_add(struct table *table, enum convergence_table kind,
                                       const struct convergence_run *run,
                                       const struct rule *rule, struct error *error);

#endif
