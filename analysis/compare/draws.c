/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/draws.h"

#include "engine/units.h"

#include <string.h>

enum { UNIT_DRAWS = 1 << 16, NUMBERS = 2 };

struct task {
    const struct draws *draws;
    struct moments *moments;
};

int draws_stream(const struct sampling *sampling, uint64_t hash, uint64_t number,
                 struct random_stream *stream, struct error *error)
{
    const struct random_key key = {sampling->seed, RANDOM_CLAIM, hash, number};
    struct random_generator generator = sampling->generator;
    if (generator.kind == RANDOM_GSL)
        generator.kind = RANDOM_PHILOX;
    return random_init(stream, generator, key, error);
}

/* The draws of a unit; each has all quantities. */
static uint64_t draws_of(const struct draws *draws, uint64_t unit)
{
    const uint64_t left = draws->count - unit * UNIT_DRAWS;
    return left < UNIT_DRAWS ? left : UNIT_DRAWS;
}

static int run(void *context, int thread, uint64_t unit, double *scratch,
               struct error *error)
{
    const struct draws *draws = ((struct task *)context)->draws;
    struct moments moments[DRAWS_MAX] = {{0}};
    struct random_stream stream;
    (void)thread;
    const int status =
        draws_stream(draws->sampling, draws->hash, unit + 1, &stream, error);
    if (status == STATUS_OK)
        draws->draw(draws->context, &stream, draws_of(draws, unit), moments);
    random_free(&stream);
    for (int q = 0; q < draws->quantities; q++) {
        scratch[NUMBERS * q] = moments[q].mean;
        scratch[NUMBERS * q + 1] = moments[q].squares;
    }
    return status;
}

static void merge(void *context, uint64_t unit, const double *scratch)
{
    struct task *task = context;
    for (int q = 0; q < task->draws->quantities; q++, scratch += NUMBERS) {
        const struct moments own = {draws_of(task->draws, unit), scratch[0],
                                    scratch[1]};
        moments_merge(&task->moments[q], &own);
    }
}

static uint64_t identity_of(const struct draws *draws)
{
    const uint64_t hash =
        random_hash_bytes(draws->hash, draws->label, strlen(draws->label));
    return random_hash_bytes(hash, &draws->count, sizeof draws->count);
}

int draws_mean(const struct draws *draws, struct moments *moments, struct error *error)
{
    const size_t size = (size_t)draws->quantities * sizeof *moments;
    const struct session_block blocks[] = {{moments, size, SESSION_MOMENTS},
                                           SESSION_END};
    struct task task = {draws, moments};
    const struct units units = {
        .count = (draws->count + UNIT_DRAWS - 1) / UNIT_DRAWS,
        .scratch_size = NUMBERS * (size_t)draws->quantities,
        .threads = draws->sampling->threads,
        .label = sampling_label(draws->sampling, draws->label),
        .identity = identity_of(draws),
        .session = draws->sampling->session,
        .blocks = blocks,
        .context = &task,
        .run = run,
        .merge = merge,
    };
    memset(moments, 0, size);
    return units_run(&units, error);
}
