/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_file.h: finds the files that belong to the programs themselves. They lie in
 * ../share/pnmlab as seen from the running program's folder, both in the build folder
 * and where `make install` puts them. */
#ifndef PNM_DATA_FILE_H
#define PNM_DATA_FILE_H

#include "base/text.h"

#include <stdio.h>

struct data_file {
    struct text path;
    FILE *stream;
    char *line; /* the last one read, its newline included; NULL: none is left */
    char *room; /* that it lies in */
    size_t capacity;
};

/* Appends the path of the file `name`, which need not be there. STATUS_SOFTWARE,
 * STATUS_MEMORY. */
PNM_MUST_USE int data_file_path(struct text *path, const char *name,
                                struct error *error);

/* Opens the file `name`, "claims/eq2.md", for reading. STATUS_SOFTWARE if it cannot be
 * read, STATUS_MEMORY; data_file_close is legal after a failure. */
PNM_MUST_USE int data_file_open(struct data_file *file, const char *name,
                                struct error *error);

/* Reads the next line. STATUS_SOFTWARE, STATUS_MEMORY. */
PNM_MUST_USE int data_file_line(struct data_file *file, struct error *error);

void data_file_close(struct data_file *file);

#endif
