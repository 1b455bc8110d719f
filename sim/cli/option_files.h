/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option_files.h: the files that options name, as option_spec.files says. */
#ifndef PNM_OPTION_FILES_H
#define PNM_OPTION_FILES_H

#include "cli/options.h"

/* Calls use(context, path) for every file that the option's value names; NULL is
 * standard output. Stops at a status other than STATUS_OK, which it returns.
 * STATUS_MEMORY. */
PNM_MUST_USE int option_files_each(const struct option_value *value,
                                   int (*use)(void *context, const char *path,
                                              struct error *error),
                                   void *context, struct error *error);

/* STATUS_USAGE if a file that the run writes is also one that it reads, or is written
 * twice; only a checkpoint may be both. Devices and pipes may be named as often as one
 * likes. STATUS_MEMORY. */
PNM_MUST_USE int option_files_check(const struct options *options, struct error *error);

#endif
