/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whole_file.h: writes a file as a whole: afterwards it is the complete new one or,
 * after a failure, still the old one. */
#ifndef PNM_WHOLE_FILE_H
#define PNM_WHOLE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes the content; returns 0 or an errno. */
typedef int whole_file_writer(FILE *file, void *context);

/* Writes to path, or to standard output if path is NULL. The content goes into a
 * temporary file beside path, which is synced and takes path's place; then the folder
 * is synced. The new file has the old one's permissions and, as far as the user may,
 * its owner; other names of the old one (hard links) keep the old content. At the end
 * of symbolic links the file that they lead to is replaced. A device, a pipe, and
 * standard output under another name are written directly. STATUS_OUTPUT, about the
 * quantity, with the old file untouched, or if only the sync of the folder failed;
 * STATUS_MEMORY.
 */
PNM_MUST_USE int whole_file_write(const char *quantity, const char *path,
                                  whole_file_writer *writer, void *context,
                                  struct error *error);

/* Removes temporary files of earlier programs that were killed while they wrote at
 * path.
 */
void whole_file_tidy(const char *path);

/* Checks before a run that a file can be written at path. STATUS_OUTPUT, about the
 * quantity, if path is a folder, is too long or lies in a folder that does not exist.
 */
PNM_MUST_USE int whole_file_check(const char *quantity, const char *path,
                                  struct error *error);

/* Whether a and b are paths of the same regular file, which need not exist yet. NULL is
 * standard output. */
bool whole_file_same(const char *a, const char *b);

#endif
