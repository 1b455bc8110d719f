/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interrupt.h: Ctrl-C and other signals end a run between blocks of work. */
#ifndef PNM_INTERRUPT_H
#define PNM_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers for SIGINT, SIGTERM, SIGHUP and SIGXCPU, unless they are
 * ignored; a second SIGINT or SIGTERM kills at once. SIGXFSZ is ignored. */
void interrupt_catch(void);

/* True once a signal has arrived. */
bool interrupt_pending(void);

#endif
