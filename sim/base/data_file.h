/* data_file.h: where the files lie that programs read besides what their user names:
 * in share/pnmlab beside the folder of the running program, in the build folder as
 * where `make install` puts it. */
#ifndef PNM_DATA_FILE_H
#define PNM_DATA_FILE_H

#include "base/error.h"
#include "base/text.h"

/* Sets path to the file `name`, "claims/eq2.md". STATUS_SOFTWARE where there is no such
 * file that can be read; STATUS_MEMORY. The caller frees path, after a failure too. */
PNM_MUST_USE int data_file_find(const char *name, struct text *path,
                                struct error *error);

#endif
