/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signals.h: lets a signal arrive each time a function asks whether one has. It takes
 * the place of base/interrupt.c, so one file of a test program includes it. */
#ifndef PNM_SIGNALS_H
#define PNM_SIGNALS_H

#include "memory.h"

#include "base/interrupt.h"

/* A signal arrives when it is asked for the `arrives`-th time; 0: never. */
static struct {
    unsigned long asked, arrives;
} signals;

bool interrupt_pending(void)
{
    return ++signals.asked >= signals.arrives && signals.arrives > 0;
}

int interrupt_check(struct error *error)
{
    return interrupt_pending() ? error_set(error, STATUS_INTERRUPTED, "interrupted")
                               : STATUS_OK;
}

void interrupt_catch(void)
{
}
void interrupt_hold(void)
{
}
void interrupt_release(void)
{
}

/* Each of the first looks is tried, then one of ever more. */
enum { SIGNALS_EVERY_LOOK = 4 };

/* Calls a function that returns a status, and frees what it made, once without a signal
 * and then with one that arrives at each look for it: it returns STATUS_OK, or with a
 * signal STATUS_INTERRUPTED, and nothing is left of what it allocated. */
static inline void check_signals(const char *name,
                                 int (*function)(void *context, struct error *error),
                                 void *context)
{
    for (unsigned long k = 0, looks = 0; k <= looks; k += 1 + k / SIGNALS_EVERY_LOOK) {
        struct error error = {.text = ""};
        signals.asked = 0;
        signals.arrives = k;
        memory_watch(0);
        const int status = function(context, &error);
        const long kept = memory_stop();
        signals.arrives = 0;
        looks = k == 0 ? signals.asked : looks;
        CHECK(status == STATUS_OK || (k > 0 && status == STATUS_INTERRUPTED),
              "%s, look %lu of %lu: status %d, '%s'", name, k, looks, status,
              error.text);
        CHECK(kept == 0, "%s, look %lu: %ld blocks are kept", name, k, kept);
    }
}

#endif
