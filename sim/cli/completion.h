/* SPDX-License-Identifier: GPL-3.0-or-later */
/* completion.h: scripts with which shells complete a program's options and values. */
#ifndef PNM_COMPLETION_H
#define PNM_COMPLETION_H

#include "cli/options.h"

#include <stdio.h>

/* Write the files that bash and zsh load when a program is first completed. */
void completion_bash(FILE *stream, const struct options *options);
void completion_zsh(FILE *stream, const struct options *options);

#endif
