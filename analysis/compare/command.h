/* command.h: pieces of a command that a reader is to type. */
#ifndef PNM_COMMAND_H
#define PNM_COMMAND_H

#include "base/text.h"
#include "engine/sampling.h"

/* Appends " --name x", in five digits or as many as read back as x. */
void command_number(struct text *text, const char *name, double x);

/* Appends the generator and the seed where they are not the preset ones. */
void command_random(struct text *text, const struct sampling *sampling);

#endif
