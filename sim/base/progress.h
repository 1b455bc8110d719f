/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h: shows progress and the time left on standard error, if it is a terminal.
 */
#ifndef PNM_PROGRESS_H
#define PNM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
    const char *label;
    bool shown;
    uint64_t done, total, found; /* units; found: done before the start */
    struct timespec start, last;
};

/* Begins with `done` of the `total` units done already. label NULL: shows nothing. */
void progress_start(struct progress *progress, const char *label, uint64_t total,
                    uint64_t done);
void progress_step(struct progress *progress, uint64_t units);
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
