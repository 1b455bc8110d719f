/* whole_file.h: a file is afterwards the old one or the whole new one. */
#ifndef PNM_WHOLE_FILE_H
#define PNM_WHOLE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Writes the content; returns 0 or an errno. */
typedef int whole_file_writer(FILE *file, void *context);

/* Writes to path, NULL being standard output: into a temporary file beside it, synced
 * and renamed, the folder synced too. The new file has the old one's permissions;
 * symbolic links are followed, the file they lead to is replaced. What is no regular
 * file (a device, a pipe), or is standard output under another name, is written as it
 * stands. Returns 0 or an errno; the old file is then untouched, unless the reason is
 * that the new name could not be synced to the disk. */
PNM_MUST_USE int whole_file_write(const char *path, whole_file_writer *writer,
                                  void *context);

/* Before a run: can `path`, which an error names as this quantity, be a new file?
 * STATUS_OUTPUT if not. */
PNM_MUST_USE int whole_file_check(const char *quantity, const char *path,
                                  struct error *error);

/* Is it one regular file under both names, or would be when it is written? */
bool whole_file_same(const char *a, const char *b);

#endif
