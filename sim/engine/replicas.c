/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/replicas.h"

#include "base/random.h"
#include "engine/ensemble.h"
#include "engine/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct task {
    const struct replicas_plan *plan;
    struct replicas *result;
};

static size_t unit_size(const struct replicas *result)
{
    return (size_t)(result->records * result->quantities);
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct replicas_plan *plan = ((const struct task *)context)->plan;
    (void)thread;
    return plan->run(plan->context, unit, scratch, error);
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const size_t size = unit_size(task->result);
    memcpy(task->result->value + (size_t)unit * size, scratch, size * sizeof *scratch);
    task->result->count = unit + 1;
}

int replicas_run(const struct replicas_plan *plan, uint64_t count,
                 struct replicas *result, struct error *error)
{
    *result =
        (struct replicas){.records = plan->records, .quantities = plan->quantities};
    const size_t size = unit_size(result);
    const double numbers = (double)count * (double)size;
    result->value =
        numbers < 1e12 ? calloc((size_t)count + 1, size * sizeof(double)) : NULL;
    if (!result->value)
        return error_memory(error, "the records of all replicas");
    struct task task = {plan, result};
    const struct session_block blocks[] = {
        {&result->count, sizeof result->count, SESSION_COUNTS},
        {result->value, (size_t)count * size * sizeof *result->value,
         SESSION_ANY_REALS},
        SESSION_END};
    const struct units units = {
        .count = count,
        .scratch_size = size,
        .threads = plan->threads,
        .label = plan->label,
        .identity = random_hash_bytes(plan->identity, &count, sizeof count),
        .session = plan->session,
        .blocks = blocks,
        .context = &task,
        .run = unit_run,
        .merge = unit_merge,
    };
    return units_run(&units, error);
}

void replicas_free(struct replicas *result)
{
    free(result->value);
    *result = (struct replicas){0};
}

uint64_t replicas_records(uint64_t last, uint64_t every)
{
    return every == 0 ? 1 : ensemble_records(last, every);
}

uint64_t replicas_record(uint64_t last, uint64_t every, uint64_t record)
{
    const uint64_t at = record * every;
    return every == 0 || at > last ? last : at;
}

double replicas_value(const struct replicas *result, uint64_t replica, uint64_t record,
                      uint64_t quantity)
{
    return result
        ->value[(replica * result->records + record) * result->quantities + quantity];
}

struct moments replicas_moments(const struct replicas *result, uint64_t record,
                                uint64_t quantity)
{
    struct moments moments = {0};
    for (uint64_t i = 0; i < result->count; i++) {
        const double x = replicas_value(result, i, record, quantity);
        if (isfinite(x))
            moments_add(&moments, x);
    }
    return moments;
}

uint64_t replicas_nonzero(const struct replicas *result, uint64_t record,
                          uint64_t quantity)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < result->count; i++) {
        const double x = replicas_value(result, i, record, quantity);
        found += isfinite(x) && x != 0;
    }
    return found;
}

double replicas_largest(const struct replicas *result, uint64_t record,
                        uint64_t quantity)
{
    double largest = NAN;
    for (uint64_t i = 0; i < result->count; i++)
        largest = fmax(largest, replicas_value(result, i, record, quantity));
    return largest;
}

struct moments replicas_difference(const struct replicas *own,
                                   const struct replicas *other, uint64_t record,
                                   uint64_t quantity)
{
    struct moments moments = {0};
    const uint64_t both = own->count < other->count ? own->count : other->count;
    for (uint64_t i = 0; i < both; i++) {
        const double x = replicas_value(own, i, record, quantity) -
                         replicas_value(other, i, record, quantity);
        if (isfinite(x))
            moments_add(&moments, x);
    }
    return moments;
}
