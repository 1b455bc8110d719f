/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trajectory_table.h: tables of trajectories of theta, or of its average. */
#ifndef PNM_TRAJECTORY_TABLE_H
#define PNM_TRAJECTORY_TABLE_H

#include "cli/table.h"
#include "engine/sampling.h"

/* theta[chains x records x n], where a chain is recorded at step 0, every `every` steps
 * and at the last one (ensemble_records). */
struct trajectory_table {
    const struct sampling *sampling;
    const struct rule *rule;
    const struct problem *problem;
    uint64_t chains, steps, every;
    bool averaged;
    const double *theta;
};

/* Makes the table for the trajectories of rules[count]. STATUS_MEMORY. */
PNM_MUST_USE int trajectory_table_init(struct table *table, bool averaged,
                                       const struct rule *rules, size_t count,
                                       struct error *error);

/* Adds the rows of a rule, and warns of each chain and mode that overflows, with the
 * recorded step. STATUS_MEMORY. */
PNM_MUST_USE int trajectory_table_add(const struct trajectory_table *own,
                                      struct table *table, struct error *error);

#endif
