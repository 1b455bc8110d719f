/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_file.h: finds the files that belong to the programs themselves. They lie in
 * ../share/pnmlab as seen from the running program's folder, both in the build folder
 * and where `make install` puts them. */
#ifndef PNM_DATA_FILE_H
#define PNM_DATA_FILE_H

#include "base/error.h"

#include <stdio.h>

/* Opens the file `name`, "claims/eq2.md", for reading; the caller closes it.
 * STATUS_SOFTWARE if it cannot be read, STATUS_MEMORY; *file is then NULL. */
PNM_MUST_USE int data_file_open(const char *name, FILE **file, struct error *error);

#endif
