/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/progress.h"

#include "base/ranks.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static double seconds_between(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) +
           1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

void progress_start(struct progress *progress, const char *label, uint64_t total,
                    uint64_t done)
{
    *progress =
        (struct progress){.label = label, .total = total, .done = done, .found = done};
    progress->shown = label && ranks_is_terminal(STDERR_FILENO);
    clock_gettime(CLOCK_MONOTONIC, &progress->start);
    progress->last = progress->start;
}

void progress_step(struct progress *progress, uint64_t units)
{
    struct timespec now;
    progress->done += units;
    if (!progress->shown)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(progress->last, now) < 0.2)
        return;
    progress->last = now;
    /* Each rank estimates what the others have done and may overestimate a little. */
    const double done = fmin((double)progress->done, (double)progress->total);
    const double share = done / (double)progress->total;
    const double each = seconds_between(progress->start, now) /
                        (double)(progress->done - progress->found);
    const double left = each * ((double)progress->total - done);
    fprintf(stderr, "\r%.40s %3.0f %%, %.0f s left \033[K", progress->label,
            100 * share, left);
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
