/* completion.h: what a shell needs to complete a program's options and their values. */
#ifndef PNM_COMPLETION_H
#define PNM_COMPLETION_H

#include "cli/options.h"

#include <stdio.h>

/* Files that bash and zsh load when the program is first completed. */
void completion_bash(FILE *stream, const struct options *options);
void completion_zsh(FILE *stream, const struct options *options);

#endif
