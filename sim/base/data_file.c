/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/data_file.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int data_file_find(const char *name, struct text *path, struct error *error)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return error_set(error, STATUS_SOFTWARE,
                         "the folder of this program cannot be found: %s",
                         strerror(errno));
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    text_clear(path);
    text_add(path, "%s/../share/pnmlab/%s", program, name);
    const int status = text_check(path, "the name of a file", error);
    if (status == STATUS_OK && access(text_get(path), R_OK) != 0)
        return error_set(error, STATUS_SOFTWARE,
                         "'%.400s', which belongs to this program, cannot be read: %s",
                         text_get(path), strerror(errno));
    return status;
}
