/* SPDX-License-Identifier: GPL-3.0-or-later */
/* terminal.h: how wide the user's terminal is. */
#ifndef PNM_TERMINAL_H
#define PNM_TERMINAL_H

#include <stddef.h>

/* The number of characters in a line of the terminal behind the descriptor: what
 * COLUMNS says, else what the terminal says, else 80. 0 if it is no terminal. */
size_t terminal_width(int descriptor);

#endif
