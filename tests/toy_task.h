/* SPDX-License-Identifier: GPL-3.0-or-later */
/* toy_task.h: units whose results show in which order they were merged, which of them
 * ran and how often, and whether anything wrote into another one's scratch. */
#ifndef PNM_TOY_TASK_H
#define PNM_TOY_TASK_H

#include "check.h"

#include "engine/units.h"

#include <omp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

static const int thread_counts[] = {1, 2, 7};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

enum { NUMBERS = 5, MARKS = 7, MOST_THREADS = 8 };
static const uint64_t never = UINT64_MAX;

/* What merging adds to: neither the hash nor the sum comes out the same in another
 * order. */
struct total {
    uint64_t merged, hash;
    double sum;
};

/* Threads cannot end a cmocka test, so what they find wrong is counted in `faults`. */
struct task {
    uint64_t count, salt;
    size_t numbers;
    int threads;
    atomic_int *runs; /* of each unit */
    atomic_int busy[MOST_THREADS];
    atomic_int merging, faults;
    uint64_t fail_at, other_fail_at; /* units that end in an error */
    uint64_t signal_at;              /* the unit in which SIGTERM arrives */
    double wait_until;               /* unit 0 takes until then */
    uint64_t dear_from; /* units from here on cost 1e300 times as much as those before
                         */
    atomic_int dear,
        first_dear; /* such units since the last merge, and the first few */
    struct total total;
    double mark[MARKS];
};

static inline struct task *task_make(uint64_t count, uint64_t salt, int threads)
{
    struct task *task = check_alloc(1, sizeof *task);
    *task = (struct task){.count = count,
                          .salt = salt,
                          .numbers = NUMBERS,
                          .threads = threads,
                          .fail_at = never,
                          .other_fail_at = never,
                          .signal_at = never,
                          .dear_from = never};
    task->runs = check_alloc(count + 1, sizeof *task->runs);
    return task;
}

static inline void task_free(struct task *task)
{
    free(task->runs);
    free(task);
}

static inline double task_number(const struct task *task, uint64_t unit, size_t k)
{
    uint64_t state = task->salt * 1000003 + unit * 31 + k;
    return check_uniform(&state, -1, 1);
}

/* The first and the last few of a scratch; large ones are not filled. */
static inline size_t place(const struct task *task, size_t k)
{
    return k < NUMBERS / 2 || task->numbers < NUMBERS ? k : task->numbers - NUMBERS + k;
}

static inline size_t places(const struct task *task)
{
    return task->numbers < NUMBERS ? task->numbers : NUMBERS;
}

static inline int holds_numbers(const struct task *task, uint64_t unit,
                                const double *scratch)
{
    for (size_t k = 0; k < places(task); k++)
        if (check_bits(scratch[place(task, k)]) !=
            check_bits(task_number(task, unit, k)))
            return 0;
    return 1;
}

static inline void wait_for(double time)
{
    while (omp_get_wtime() < time)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static inline int task_run(void *context, int thread, uint64_t unit, double *scratch,
                           struct error *error)
{
    struct task *task = context;
    if (thread < 0 || thread >= task->threads || unit >= task->count) {
        atomic_fetch_add(&task->faults, 1);
        return STATUS_OK;
    }
    /* A thread's number stands for memory of its own. */
    if (atomic_fetch_add(&task->busy[thread], 1) != 0)
        atomic_fetch_add(&task->faults, 1);
    atomic_fetch_add(&task->runs[unit], 1);
    for (size_t k = 0; k < places(task); k++)
        scratch[place(task, k)] = task_number(task, unit, k);
    if (unit % 16 == 0)
        sched_yield();
    if (!holds_numbers(task, unit, scratch))
        atomic_fetch_add(&task->faults, 1);
    if (unit == 0)
        wait_for(task->wait_until);
    if (unit == task->signal_at)
        raise(SIGTERM);
    if (unit >= task->dear_from)
        atomic_fetch_add(&task->dear, 1);
    atomic_fetch_sub(&task->busy[thread], 1);
    if (unit == task->fail_at)
        return error_set(error, STATUS_SOFTWARE, "unit %llu fails",
                         (unsigned long long)unit);
    if (unit == task->other_fail_at)
        return error_set(error, STATUS_MEMORY, "unit %llu has no memory",
                         (unsigned long long)unit);
    return STATUS_OK;
}

static inline double task_cost(void *context, uint64_t unit)
{
    const struct task *task = context;
    return unit >= task->dear_from ? 1e300 : 1;
}

static inline void task_merge(void *context, uint64_t unit, const double *scratch)
{
    struct task *task = context;
    const int dear = atomic_exchange(&task->dear, 0);
    if (task->first_dear == 0)
        task->first_dear = dear;
    if (atomic_fetch_add(&task->merging, 1) != 0 || unit != task->total.merged ||
        !holds_numbers(task, unit, scratch))
        atomic_fetch_add(&task->faults, 1);
    task->total.merged++;
    task->total.hash = (task->total.hash ^ unit) * UINT64_C(0x100000001b3);
    for (size_t k = 0; k < places(task); k++) {
        task->total.sum += scratch[place(task, k)];
        task->mark[(unit + k) % MARKS] += scratch[place(task, k)];
    }
    atomic_fetch_sub(&task->merging, 1);
}

static inline int task_units(struct task *task, struct session *session,
                             struct error *error)
{
    const struct session_block blocks[] = {
        {&task->total, sizeof task->total, SESSION_BYTES},
        {task->mark, sizeof task->mark, SESSION_BYTES},
        SESSION_END};
    const struct units units = {
        .count = task->count,
        .scratch_size = task->numbers,
        .threads = task->threads,
        .identity = task->salt,
        .session = session,
        .blocks = blocks,
        .context = task,
        .cost = task_cost,
        .run = task_run,
        .merge = task_merge,
    };
    return units_run(&units, error);
}

/* Units before `first` did not run, those up to `end` ran once and are merged. */
static inline void check_ran(const struct task *task, uint64_t first, uint64_t end)
{
    CHECK(task->faults == 0, "%d faults", task->faults);
    CHECK(task->total.merged == end, "%llu units merged, expected %llu",
          (unsigned long long)task->total.merged, (unsigned long long)end);
    for (uint64_t unit = 0; unit < end; unit++)
        CHECK(task->runs[unit] == (unit >= first), "unit %llu of %llu ran %d times",
              (unsigned long long)unit, (unsigned long long)task->count,
              task->runs[unit]);
}

static inline void check_same_result(const struct task *task,
                                     const struct task *expected)
{
    assert_int_equal(task->total.merged, expected->total.merged);
    assert_int_equal(task->total.hash, expected->total.hash);
    CHECK_EXACT(task->total.sum, expected->total.sum);
    CHECK_SAME(task->mark, expected->mark, MARKS);
}

/* One after the other, without units.c. */
static inline struct task *by_hand(uint64_t count, uint64_t salt, size_t numbers)
{
    struct task *task = task_make(count, salt, 1);
    double *scratch = check_alloc(numbers + 1, sizeof *scratch);
    struct error error;
    task->numbers = numbers;
    for (uint64_t unit = 0; unit < count; unit++) {
        CHECK_OK(task_run(task, 0, unit, scratch, &error), &error);
        task_merge(task, unit, scratch);
    }
    free(scratch);
    return task;
}

#endif
