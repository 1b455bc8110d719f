/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.h: reads options from an INI file and writes them to one.
 *
 *     # runs.ini
 *     [pnm-stationary]        may be left out
 *     spectrum = 1,2          the same as --spectrum 1,2
 *     full = yes              a flag: yes|no|on|off
 *
 * '#' and ';' begin a comment, at the start of a line, and ';' also after a blank. */
#ifndef PNM_CONFIG_H
#define PNM_CONFIG_H

#include "cli/options.h"

#include <stdio.h>

/* Sets the options that are not set yet to the file's values. STATUS_USAGE, with path,
 * line and name, for an unknown name, a name that occurs twice, a section of another
 * program, and a line that is not NAME = VALUE. */
PNM_MUST_USE int config_read(struct options *options, const char *path,
                             struct error *error);

/* Writes a file from which config_read reads the same options; defaults are comments.
 * STATUS_USAGE if a file cannot hold a value. */
PNM_MUST_USE int config_dump(const struct options *options, FILE *stream,
                             struct error *error);

#endif
