/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.h: Ctrl-C ends a run between blocks of work. */
#ifndef PNM_INTERRUPT_H
#define PNM_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers for SIGINT and SIGTERM; a second signal kills at once. */
void interrupt_catch(void);

/* True once a signal has arrived. */
bool interrupt_pending(void);

#endif
