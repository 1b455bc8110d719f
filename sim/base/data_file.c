/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/data_file.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int data_file_open(const char *name, FILE **file, struct error *error)
{
    struct text path = {0};
    char program[PATH_MAX];
    *file = NULL;
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return error_set(error, STATUS_SOFTWARE,
                         "the folder of this program cannot be found: %s",
                         strerror(errno));
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    text_add(&path, "%s/../share/pnmlab/%s", program, name);
    int status = text_check(&path, "the name of a file", error);
    if (status == STATUS_OK && !(*file = fopen(text_get(&path), "r")))
        status =
            errno == ENOMEM
                ? error_memory(error, "reading a file")
                : error_set(
                      error, STATUS_SOFTWARE,
                      "'%.400s', which belongs to this program, cannot be read: %s",
                      text_get(&path), strerror(errno));
    text_free(&path);
    return status;
}
