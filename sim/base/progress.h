/* progress.h: a bar with the time left on standard error, only where that is a
 * terminal. */
#ifndef PNM_PROGRESS_H
#define PNM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
    const char *label;
    bool shown;
    uint64_t done, total, found; /* found: done before it was started */
    struct timespec start, last;
};

/* label NULL: nothing is shown. `done` of the units are done already. */
void progress_start(struct progress *progress, const char *label, uint64_t total,
                    uint64_t done);
void progress_step(struct progress *progress, uint64_t units);
/* Wipes the bar. */
void progress_end(struct progress *progress);

#endif
