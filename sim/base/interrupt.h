/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.h: Ctrl-C and other signals end a run between blocks of work. */
#ifndef PNM_INTERRUPT_H
#define PNM_INTERRUPT_H

#include "base/error.h"

#include <stdbool.h>

/* Installs the handlers for SIGINT, SIGTERM, SIGHUP and SIGXCPU, unless they are
 * ignored; a second SIGINT or SIGTERM kills at once. SIGXFSZ is ignored. */
void interrupt_catch(void);

/* True once a signal has arrived. */
bool interrupt_pending(void);

/* Between the two, interrupt_pending is false, so that what is known can be told after
 * a signal. A second SIGINT or SIGTERM kills the program there, too. */
void interrupt_hold(void);
void interrupt_release(void);

/* STATUS_INTERRUPTED once a signal has arrived, so that a program ends within a second.
 * Every loop whose length the user chooses asks in each of its rounds: it costs one
 * read. */
PNM_MUST_USE int interrupt_check(struct error *error);

#endif
