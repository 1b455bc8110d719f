/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/trajectory_table.h"

#include "cli/plot.h"
#include "cli/rule_table.h"
#include "engine/ensemble.h"

#include <math.h>

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(CHAIN, "replica", COUNT, false)                                             \
    COLUMN(STEP, "step", COUNT, false)                                                 \
    COLUMN(I, "i", COUNT, false)                                                       \
    COLUMN(THETA, "theta", REAL, false)                                                \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

/* Of theta, and of its average. */
static const struct plot plots[] = {
    {.label = "θ",
     .plain = "theta",
     .keys = {"step", "i", "lr", "beta1", "beta0", "optimizer", "replica"},
     .exact = {"theta", "simulated"}},
    {.label = "average of θ",
     .plain = "average of theta",
     .keys = {"step", "i", "lr", "beta1", "beta0", "optimizer", "replica"},
     .exact = {"average", "simulated"}},
};

int trajectory_table_init(struct table *table, bool averaged, const struct rule *rules,
                          size_t count, struct error *error)
{
    struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};
    if (averaged)
        columns[THETA].name = "average";
    const int status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plots[averaged];
    return status;
}

static void warn(const struct trajectory_table *own)
{
    const struct sampling *sampling = own->sampling;
    const uint64_t every = own->every, steps = own->steps;
    const uint64_t records = ensemble_records(steps, every);
    const size_t n = own->problem->n;
    size_t warnings = 0, undefined = n;
    for (uint64_t chain = 0; chain < own->chains; chain++)
        for (size_t i = 0; i < n; i++) {
            const double *trajectory = own->theta + chain * records * n + i;
            uint64_t record = 0;
            while (record < records && isfinite(trajectory[record * n]))
                record++;
            if (record == records || ++warnings > SAMPLING_WARNINGS)
                continue;
            const bool zero_by_zero =
                sampling_divides_zero(own->rule, own->problem, steps, &undefined) &&
                undefined == i;
            sampling_warn(
                sampling,
                "replica %llu, mode %zu: theta is %s at step %llu and left empty from "
                "there on%s",
                (unsigned long long)chain + 1, i + 1,
                zero_by_zero ? "no number" : "beyond the range of numbers",
                (unsigned long long)(record * every < steps ? record * every : steps),
                zero_by_zero ? ": " SAMPLING_ZERO_BY_ZERO : "");
        }
    sampling_warn_rest(sampling, warnings);
}

int trajectory_table_add(const struct trajectory_table *own, struct table *table,
                         struct error *error)
{
    const uint64_t records = ensemble_records(own->steps, own->every);
    const size_t n = own->problem->n;
    for (uint64_t chain = 0; chain < own->chains; chain++)
        for (uint64_t record = 0; record < records; record++)
            for (size_t i = 0; i < n; i++) {
                const uint64_t step = record * own->every;
                const int status = rule_table_row(own->rule, table, error);
                if (status != STATUS_OK)
                    return status;
                table_count(table, CHAIN, chain + 1);
                table_count(table, STEP, step < own->steps ? step : own->steps);
                table_count(table, I, i + 1);
                table_known(table, THETA,
                            own->theta[(chain * records + record) * n + i]);
            }
    table->array = (struct table_array){3, {own->chains, records, n}, THETA};
    warn(own);
    return STATUS_OK;
}
