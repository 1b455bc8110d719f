/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/units.h"

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/ranks.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_BATCH = 4096, SCRATCH_BYTES = 1 << 26 };

static const double batch_seconds =
    1; /* wanted length of a batch, if the session is timed */

/* Runs this rank's share of units first .. first+count-1 on its threads. Batches are
 * used instead of OpenMP's `ordered`, so that a thread waits once a batch, not once a
 * unit. */
static int run_share(const struct units *units, uint64_t first, size_t count,
                     double *scratch, struct progress *progress, struct error *error)
{
    const size_t from = ranks_first(count, ranks_mine());
    const size_t to = ranks_first(count, ranks_mine() + 1);
    int status = STATUS_OK;
#pragma omp parallel for schedule(dynamic, 1) num_threads(units->threads)
    for (size_t k = from; k < to; k++) {
        struct error own_error;
        if (interrupt_pending())
            continue;
        const int own = units->run(units->context, omp_get_thread_num(), first + k,
                                   scratch + k * units->scratch_size, &own_error);
#pragma omp critical
        if (own != STATUS_OK) {
            status = own;
            *error = own_error;
        } else {
            progress_step(progress, (uint64_t)ranks_count());
        }
    }
    /* A signal cuts units short, or leaves them out; they must not be merged. */
    return status == STATUS_OK ? interrupt_check(error) : status;
}

static int run_batch(const struct units *units, uint64_t first, size_t count,
                     double *scratch, struct progress *progress, struct error *error)
{
    const int status =
        ranks_agree(run_share(units, first, count, scratch, progress, error), error);
    if (status != STATUS_OK)
        return status;
    ranks_gather(scratch, count, units->scratch_size);
    for (size_t k = 0; k < count; k++)
        units->merge(units->context, first + k, scratch + k * units->scratch_size);
    return STATUS_OK;
}

/* The most units in a batch: as many as the memory for their scratch holds, but at
 * least one a worker. */
static size_t largest_batch(const struct units *units, size_t workers)
{
    const size_t bytes = units->scratch_size * sizeof(double);
    size_t most = bytes > 0 ? SCRATCH_BYTES / bytes : LARGEST_BATCH;
    most = most < LARGEST_BATCH ? most : LARGEST_BATCH;
    most -= most % workers;
    return most > workers ? most : workers;
}

static double cost_of(const struct units *units, uint64_t unit)
{
    return units->cost ? units->cost(units->context, unit) : 1;
}

/* The size of the next batch, which begins after the last one, from the cost of that
 * and the time it took, in whole rounds of the workers. */
static size_t next_batch(const struct units *units, uint64_t done, size_t last,
                         double seconds, size_t workers, size_t most)
{
    double before = 0, left = 0;
    for (size_t k = 0; k < last; k++)
        before += cost_of(units, done - last + k);
    const double wanted = before * batch_seconds / (seconds + 1e-9);
    size_t next = 0;
    for (; next < most && done + next < units->count; next++) {
        left += cost_of(units, done + next);
        if (left > wanted)
            break;
    }
    next -= next % workers;
    ranks_share(&next, sizeof next);
    return next > workers ? next : workers;
}

/* Runs the units from `done` on, as far as the session allows. */
static int run_batches(const struct units *units, uint64_t done, double *scratch,
                       size_t workers, size_t most, struct error *error)
{
    struct session *session = units->session;
    const uint64_t limit = session_limit(session, units->count);
    size_t batch = session_is_timed(session) ? workers : most;
    struct progress progress;
    int status = STATUS_OK;
    progress_start(&progress, session ? &session->command : NULL, units->label,
                   units->count, done);
    while (status == STATUS_OK && done < limit &&
           !session_time_is_up(session, done, units->count)) {
        const size_t count = limit - done < batch ? (size_t)(limit - done) : batch;
        const double start = omp_get_wtime();
        status = run_batch(units, done, count, scratch, &progress, error);
        if (status == STATUS_OK)
            done += count;
        struct error other = {.agreed = false};
        const int written =
            ranks_agree(session_checkpoint(session, done, units->blocks,
                                           status == STATUS_INTERRUPTED, &other),
                        &other);
        if (written != STATUS_OK && status == STATUS_INTERRUPTED) {
            error_write_about(error, other.quantity, "interrupted; %.900s", other.text);
            error->agreed = other.agreed;
        } else if (written != STATUS_OK) {
            status = written;
            *error = other;
        }
        if (status == STATUS_OK && session_is_timed(session))
            batch =
                next_batch(units, done, count, omp_get_wtime() - start, workers, most);
    }
    progress_end(&progress);
    if (status == STATUS_OK)
        status = ranks_agree(
            session_end(session, done, units->count, units->blocks, error), error);
    return status;
}

/* Checks that all ranks have the same work: files named by options may differ from
 * machine to machine. All ranks must call it. */
static int same_work(const struct units *units, struct error *error)
{
    const uint64_t own[] = {units->identity, units->count, units->scratch_size};
    uint64_t first[3];
    memcpy(first, own, sizeof own);
    ranks_share(first, sizeof first);
    if (memcmp(first, own, sizeof own) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "the ranks were given different work; the files that options name "
                     "must be the same on every machine");
}

/* Takes up what the checkpoint holds of `done` units. */
static int resume(const struct units *units, uint64_t done, double *scratch,
                  struct error *error)
{
    int status = STATUS_OK;
    memset(scratch, 0, units->scratch_size * sizeof *scratch);
    if (session_blocks_count(units->blocks))
        for (uint64_t unit = 0; status == STATUS_OK && unit < done; unit++) {
            units->merge(units->context, unit, scratch);
            status = interrupt_check(error);
        }
    if (status == STATUS_OK)
        status = session_restore(units->session, done, units->blocks, error);
    if (status != STATUS_OK || !units->sound || units->sound(units->context))
        return status;
    status = interrupt_check(error);
    return status != STATUS_OK
               ? status
               : error_about(error, STATUS_USAGE, "resume",
                             "the checkpoint holds a result that no unit has; allowed "
                             "is a checkpoint of the same program, version and "
                             "parameters");
}

int units_run(const struct units *units, struct error *error)
{
    size_t workers = (size_t)units->threads * (size_t)ranks_count();
    size_t most = largest_batch(units, workers);
    uint64_t done = 0;
    if (most > units->count)
        most = (size_t)units->count;
    /* Machines may differ in their processors, but all ranks use rank 0's batches. */
    ranks_share(&workers, sizeof workers);
    ranks_share(&most, sizeof most);
    int status = ranks_agree(same_work(units, error), error);
    if (status != STATUS_OK)
        return status;
    double *scratch = malloc(most * units->scratch_size * sizeof *scratch + 1);
    if (!scratch)
        status = error_memory(error, "the work units");
    if (status == STATUS_OK)
        status = session_begin(units->session, units->identity, units->count,
                               units->blocks, &done, error);
    if (status == STATUS_OK && done > 0)
        status = resume(units, done, scratch, error);
    /* From here on all ranks fail or go on together. */
    status = ranks_agree(status, error);
    if (status == STATUS_OK)
        status = run_batches(units, done, scratch, workers, most, error);
    free(scratch);
    return status;
}
