/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call.c: a library that a test loads before the C library, so that one of a program's
 * dealings with files fails:
 *
 *     LD_PRELOAD=build/tests/call.so PNM_FAULT=read:3:EIO:h.txt pnm-simulate ...
 *
 * fails the third read from a file whose path ends in h.txt. PNM_FAULT is
 * WHAT:WHICH:HOW[:PATH]; WHAT is open, read, write, close, fsync, fsync-folder, link or
 * rename; WHICH counts from 1, and "3+" means the third and all after it; HOW is EIO,
 * ENOSPC, EINTR, ENOMEM, EOPNOTSUPP, end (a read finds the end of the file) or kill
 * (the program is killed before). PATH is the end of a path; files without a name have
 * the path of their folder. Reads of these files bring 64 bytes at a time. Without PATH
 * all files count that a program opens by itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64, STREAMS = 16 };

/* A stream that goes through this library, and what lies under it. */
static struct under {
    FILE *stream;
    int file;
} streams[STREAMS];

static unsigned long counted;

#define REAL(name) (__extension__(__typeof__(&(name))) dlsym(RTLD_NEXT, #name))

static bool ends_in(const char *path, const char *end)
{
    const size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

/* What PNM_FAULT says behind WHAT: if it is about `what` and the path, else NULL. */
static const char *about(const char *what, const char *path)
{
    const char *fault = getenv("PNM_FAULT");
    const size_t length = strlen(what);
    if (!fault || strncmp(fault, what, length) != 0 || fault[length] != ':')
        return NULL;
    const char *rest = fault + length + 1, *how = strchr(rest, ':');
    const char *end = how ? strchr(how + 1, ':') : NULL;
    return !end || ends_in(path, end + 1) ? rest : NULL;
}

/* Counts a call. 0: it goes on; -1: it finds the end of the file; else an errno. */
static int fault(const char *what, const char *path)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC},         {"EINTR", EINTR},
                  {"ENOMEM", ENOMEM}, {"EOPNOTSUPP", EOPNOTSUPP}, {"end", -1}};
    const char *order = about(what, path);
    char *rest;
    if (!order)
        return 0;
    const unsigned long which = strtoul(order, &rest, 10);
    const bool on = *rest == '+';
    counted++;
    if (on ? counted < which : counted != which)
        return 0;
    rest += on + 1;
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++)
        if (strncmp(rest, errors[k].name, strcspn(rest, ":")) == 0)
            return errors[k].number;
    kill(getpid(), SIGKILL);
    abort();
}

/* The path of an open file; "" if it has none. */
static void path_of(int file, char path[static PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
}

static int check_file(const char *what, int file)
{
    char path[PATH_MAX];
    path_of(file, path);
    const int failure = fault(what, path);
    errno = failure > 0 ? failure : errno;
    return failure;
}

/* --- streams ---------------------------------------------------------------------- */

static ssize_t read_some(void *context, char *bytes, size_t size)
{
    const struct under *under = context;
    const int failure = check_file("read", under->file);
    if (failure)
        return failure < 0 ? 0 : -1;
    return read(under->file, bytes, size < PIECE ? size : PIECE);
}

static ssize_t write_some(void *context, const char *bytes, size_t size)
{
    const struct under *under = context;
    if (check_file("write", under->file))
        return 0;
    const ssize_t written = write(under->file, bytes, size);
    return written < 0 ? 0 : written;
}

static int seek(void *context, off64_t *offset, int whence)
{
    const struct under *under = context;
    *offset = lseek(under->file, *offset, whence);
    return *offset < 0 ? -1 : 0;
}

static int end(void *context)
{
    struct under *under = context;
    const int failure = check_file("close", under->file);
    const int closed = REAL(close)(under->file);
    under->stream = NULL;
    return failure ? -1 : closed;
}

/* The stream through this library, if PNM_FAULT is about it. */
static FILE *through(int file, const char *mode)
{
    static const cookie_io_functions_t functions = {read_some, write_some, seek, end};
    char path[PATH_MAX];
    path_of(file, path);
    if (!about("read", path) && !about("write", path) && !about("close", path))
        return REAL(fdopen)(file, mode);
    for (size_t k = 0; k < STREAMS; k++)
        if (!streams[k].stream) {
            streams[k].file = file;
            return streams[k].stream = fopencookie(&streams[k], mode, functions);
        }
    abort();
}

FILE *fdopen(int file, const char *mode)
{
    return strchr(mode, '+') ? REAL(fdopen)(file, mode) : through(file, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    const int failure = fault("open", path);
    if (failure) {
        errno = failure;
        return NULL;
    }
    if (strcmp(mode, "r") != 0)
        return REAL(fopen)(path, mode);
    const int file = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    return file < 0 ? NULL : through(file, mode);
}

int fileno(FILE *stream)
{
    for (size_t k = 0; k < STREAMS; k++)
        if (streams[k].stream == stream)
            return streams[k].file;
    return REAL(fileno)(stream);
}

/* --- calls ------------------------------------------------------------------------ */

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    const int failure = fault("open", path);
    errno = failure > 0 ? failure : errno;
    return failure ? -1 : REAL(open)(path, flags, mode);
}

int fsync(int file)
{
    struct stat about;
    const bool folder = fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
    return check_file(folder ? "fsync-folder" : "fsync", file) ? -1 : REAL(fsync)(file);
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    const int failure = fault("link", new);
    errno = failure > 0 ? failure : errno;
    return failure ? -1 : REAL(linkat)(from, old, to, new, flags);
}

int rename(const char *old, const char *new)
{
    const int failure = fault("rename", new);
    errno = failure > 0 ? failure : errno;
    return failure ? -1 : REAL(rename)(old, new);
}
