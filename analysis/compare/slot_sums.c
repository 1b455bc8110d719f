/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/slot_sums.h"

#include "engine/units.h"

#include <math.h>
#include <string.h>

enum { N = SLOT_SUMS_N, LANES = SLOT_SUMS_LANES };

struct task {
    const struct slot_sums *sums;
    const struct descent *descent;
    struct comoments *comoments;
};

struct view {
    const struct slot_sums *sums;
    double *first, *second; /* one number a lane */
};

static void observe(void *context, uint64_t t, const struct descent_block *block)
{
    const struct view *view = context;
    if (t > view->sums->chains.burn_in)
        view->sums->add(view->sums->rule, block, view->first, view->second);
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    struct view view = {task->sums, scratch, scratch + LANES};
    (void)thread;
    memset(scratch, 0, 2 * LANES * sizeof *scratch);
    return descent_unit(task->descent, unit, task->sums->chains.steps, observe, &view,
                        error);
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const double divisor = task->sums->divisor;
    (void)unit;
    for (size_t lane = 0; lane < LANES; lane++) {
        const double both[2] = {scratch[lane] / divisor,
                                scratch[LANES + lane] / divisor};
        comoments_add(task->comoments, 2, both);
    }
}

int slot_sums_measure(const struct slot_sums *own, const struct sampling *sampling,
                      const char *label, struct comoments *comoments,
                      struct error *error)
{
    const struct loss_kind *kind = loss_kind_find("quadratic");
    const struct session_block blocks[] = {
        {comoments, sizeof *comoments, SESSION_COMOMENTS}, SESSION_END};
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    struct loss loss = {0};
    loss_defaults(kind, parameter);
    int status = loss_init(&loss, kind, N, parameter, error);
    if (status != STATUS_OK)
        return status;
    const struct descent descent = {
        .rule = own->rule,
        .loss = &loss,
        .sigma = sqrt(N),
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
    };
    struct task task = {own, &descent, comoments};
    const uint64_t identity =
        descent_identity(&descent, own->chains.count, own->chains.steps);
    const struct units units = {
        .count = own->chains.count / LANES,
        .scratch_size = 2 * LANES,
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .identity = random_hash_bytes(random_hash(own->name, NULL, 0), &identity,
                                      sizeof identity),
        .session = sampling->session,
        .blocks = blocks,
        .context = &task,
        .run = unit_run,
        .merge = unit_merge,
    };
    status = units_run(&units, error);
    loss_free(&loss);
    return status;
}
