/* SPDX-License-Identifier: GPL-3.0-or-later */
/* matrices_file.h: reads the file of --system. */
#ifndef PNM_MATRICES_FILE_H
#define PNM_MATRICES_FILE_H

#include "base/error.h"
#include "rules/matrices.h"

/* Reads the file, whose form matrices.h explains. STATUS_USAGE, STATUS_MEMORY. */
PNM_MUST_USE int matrices_file_read(const char *path, struct matrices *matrices,
                                    struct error *error);

#endif
