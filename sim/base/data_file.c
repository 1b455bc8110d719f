/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/data_file.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `failure` is the errno of what has failed. */
static int unreadable(const struct data_file *file, int failure, struct error *error)
{
    if (failure == ENOMEM)
        return error_memory(error, "reading a file");
    return error_set(error, STATUS_SOFTWARE,
                     "'%.400s', which belongs to this program, cannot be read: "
                     "%s",
                     text_get(&file->path), strerror(failure ? failure : EIO));
}

int data_file_path(struct text *path, const char *name, struct error *error)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return error_set(error, STATUS_SOFTWARE,
                         "the folder of this program cannot be found: %s",
                         strerror(errno));
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    text_add(path, "%s/../share/pnmlab/%s", program, name);
    return text_check(path, "the name of a file", error);
}

int data_file_open(struct data_file *file, const char *name, struct error *error)
{
    *file = (struct data_file){.stream = NULL};
    int status = data_file_path(&file->path, name, error);
    if (status == STATUS_OK && !(file->stream = fopen(text_get(&file->path), "r")))
        status = unreadable(file, errno, error);
    return status;
}

int data_file_line(struct data_file *file, struct error *error)
{
    errno = 0;
    const bool read = getline(&file->room, &file->capacity, file->stream) >= 0;
    /* getline may also return what came before an error. */
    if (ferror(file->stream) || (!read && !feof(file->stream)))
        return unreadable(file, errno, error);
    file->line = read ? file->room : NULL;
    return STATUS_OK;
}

void data_file_close(struct data_file *file)
{
    if (file->stream)
        fclose(file->stream);
    free(file->room);
    text_free(&file->path);
    *file = (struct data_file){.stream = NULL};
}
