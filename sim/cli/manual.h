/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manual.h: the manual page of a program, made of the same table as its help. */
#ifndef PNM_MANUAL_H
#define PNM_MANUAL_H

#include "cli/options.h"

#include <stdio.h>

/* Writes the page in mdoc(7). */
void manual_print(FILE *stream, const struct options *options);

#endif
