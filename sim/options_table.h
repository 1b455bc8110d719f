/* options_table.h: the options that programs share. */
#ifndef PNM_OPTIONS_TABLE_H
#define PNM_OPTIONS_TABLE_H

#include "options.h"

/* Fills the program's table: its rules, the groups that it names, its own. */
void options_build(struct options *options);

#endif
