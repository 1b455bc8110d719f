/* SPDX-License-Identifier: GPL-3.0-or-later */
/* command.h: parts of a command that a reader can type. */
#ifndef PNM_COMMAND_H
#define PNM_COMMAND_H

#include "base/text.h"
#include "engine/sampling.h"

/* Appends " --name x", with five digits or as many as are needed to read back x. */
void command_number(struct text *text, const char *name, double x);

/* Appends the generator and the seed if they are not the defaults. */
void command_random(struct text *text, const struct sampling *sampling);

#endif
