/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_file.h: finds the files that belong to the programs themselves. They lie in
 * ../share/pnmlab as seen from the running program's folder, both in the build folder
 * and where `make install` puts them. */
#ifndef PNM_DATA_FILE_H
#define PNM_DATA_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Sets path to that of the file `name`, "claims/eq2.md". STATUS_SOFTWARE if the file
 * cannot be read; STATUS_MEMORY. The caller frees path, after a failure too. */
PNM_MUST_USE int data_file_find(const char *name, struct text *path,
                                struct error *error);

#endif
