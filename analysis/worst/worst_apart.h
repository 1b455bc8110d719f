/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_apart.h: calls a function in a process of its own.
 *
 * The solver of a library prints what it likes and does not survive a lack of memory.
 * In a process of its own it can neither spoil our output nor end our run, and a signal
 * ends it at once. */
#ifndef PNM_WORST_APART_H
#define PNM_WORST_APART_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Sets result[count]. STATUS_SOFTWARE if it finds none, STATUS_MEMORY. */
typedef int worst_apart_call(void *context, double *result, size_t count);

/* Calls in a copy of this process, whose standard output and error lead nowhere, and
 * sets result[count] to what the call has set there. *found is false if it found none.
 * STATUS_MEMORY, also if no process can be started or a signal ends it, as where a
 * library does not look for what it has allocated; STATUS_INTERRUPTED. */
PNM_MUST_USE int worst_apart(worst_apart_call *call, void *context, double *result,
                             size_t count, bool *found, struct error *error);

#endif
