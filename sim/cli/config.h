/* config.h: options from an INI file, and to one.
 *
 *     # runs.ini
 *     [pnm-stationary]        may be left out
 *     spectrum = 1,2          what would be --spectrum 1,2
 *     full = yes              a flag: yes|no|on|off
 *
 * '#' and ';' begin a comment, at the start of a line, and ';' also after a blank. */
#ifndef PNM_CONFIG_H
#define PNM_CONFIG_H

#include "cli/options.h"

#include <stdio.h>

/* Gives the options that are open what the file says. STATUS_USAGE, with file, line and
 * name, for what no option is called, a name that stands there twice, a section of
 * another program, and anything that is no NAME = VALUE. */
PNM_MUST_USE int config_read(struct options *options, const char *path,
                             struct error *error);

/* Writes what config_read makes the same options of; defaults are comments.
 * STATUS_USAGE where a value cannot stand in such a file. */
PNM_MUST_USE int config_dump(const struct options *options, FILE *stream,
                             struct error *error);

#endif
