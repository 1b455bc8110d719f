/* SPDX-License-Identifier: GPL-3.0-or-later */
/* call.c: a library that a test loads before the C library, so that one of a program's
 * dealings with files fails:
 *
 *     LD_PRELOAD=build/tests/call.so PNM_FAULT=read:3:EIO:h.txt pnm-simulate ...
 *
 * fails the third read from a file whose path ends in h.txt. PNM_FAULT is
 * WHAT:WHICH:HOW[:PATH]; WHAT is open, read, write, close, fsync, fsync-folder, link,
 * rename or spawn; WHICH counts from 1, and "3+" means the third and all after it. HOW
 * is EIO, ENOSPC, EINTR, ENOMEM, EOPNOTSUPP, EMFILE; end (a read finds the end of the
 * file); short (a read brings one byte; a write finds the disk full after half of its
 * bytes); lost (nothing is done, and the program is told that it was); stop (the
 * program stops itself before, until somebody continues it); kill (it is killed
 * before). PATH is the end of a path; files without a name have the
 * path of their folder. Reads of these files bring 64 bytes at a time. Without PATH all
 * files count that a program opens by itself, and standard output.
 *
 * With PNM_FAULT_LOG=FILE a line "WHAT PATH" is added to FILE when a call fails so; or,
 * without PNM_FAULT, for every call that could. Programs of other names, as gnuplot,
 * are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "left.h"

enum { PIECE = 64, STREAMS = 16 };

/* How a call fails besides with an errno. */
enum { END = -1, SHORT = -2, LOST = -3 };

/* A stream that goes through this library, and what lies under it. */
static struct under {
    FILE *stream;
    int file;
    bool full; /* a write has found the disk full */
} streams[STREAMS];

static unsigned long counted;

#define REAL(name) (__extension__(__typeof__(&(name))) dlsym(RTLD_NEXT, #name))

static bool ends_in(const char *path, const char *end)
{
    const size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

/* An environment variable, if this is one of the programs that are tested, and runs. */
static const char *setting(const char *name)
{
    const bool tested = strncmp(program_invocation_short_name, "pnm-", 4) == 0;
    return tested && !main_left ? getenv(name) : NULL;
}

/* Whether all calls are to be listed. */
static bool lists(void)
{
    return setting("PNM_FAULT_LOG") && !setting("PNM_FAULT");
}

/* What PNM_FAULT says behind WHAT: if it is about `what` and the path, else NULL. */
static const char *about(const char *what, const char *path)
{
    const char *fault = setting("PNM_FAULT");
    const size_t length = strlen(what);
    if (!fault || strncmp(fault, what, length) != 0 || fault[length] != ':')
        return NULL;
    const char *rest = fault + length + 1, *how = strchr(rest, ':');
    const char *end = how ? strchr(how + 1, ':') : NULL;
    return !end || ends_in(path, end + 1) ? rest : NULL;
}

static void log_call(const char *what, const char *path)
{
    char line[PATH_MAX + 32];
    const char *name = setting("PNM_FAULT_LOG");
    if (!name)
        return;
    const int length = snprintf(line, sizeof line, "%s %s\n", what, path);
    const int file = REAL(open)(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0 || write(file, line, (size_t)length) != length)
        abort();
    REAL(close)(file);
}

/* Counts a call. 0: it goes on; else END, SHORT, LOST or an errno. */
static int fault(const char *what, const char *path)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {
        {"EIO", EIO},       {"ENOSPC", ENOSPC},         {"EINTR", EINTR},
        {"ENOMEM", ENOMEM}, {"EOPNOTSUPP", EOPNOTSUPP}, {"EMFILE", EMFILE},
        {"end", END},       {"short", SHORT},           {"lost", LOST},
    };
    const char *order = about(what, path);
    char *rest;
    if (lists())
        log_call(what, path);
    if (!order)
        return 0;
    const unsigned long which = strtoul(order, &rest, 10);
    const bool on = *rest == '+';
    counted++;
    if (on ? counted < which : counted != which)
        return 0;
    log_call(what, path);
    rest += on + 1;
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++)
        if (strncmp(rest, errors[k].name, strcspn(rest, ":")) == 0)
            return errors[k].number;
    if (strncmp(rest, "stop", strcspn(rest, ":")) == 0) {
        kill(getpid(), SIGSTOP);
        return 0;
    }
    kill(getpid(), SIGKILL);
    abort();
}

/* As fault, of a call that returns -1 and sets errno. */
static int failure_of(const char *what, const char *path)
{
    const int before = errno, failure = fault(what, path);
    errno = failure > 0 ? failure : before;
    return failure;
}

/* The path of an open file; "" if it has none. */
static void path_of(int file, char path[static PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
}

static int failure_of_file(const char *what, int file)
{
    char path[PATH_MAX];
    path_of(file, path);
    return failure_of(what, path);
}

/* --- streams ---------------------------------------------------------------------- */

static ssize_t read_some(void *context, char *bytes, size_t size)
{
    const struct under *under = context;
    const int failure = failure_of_file("read", under->file);
    if (failure && failure != SHORT)
        return failure == END ? 0 : -1;
    const size_t most = failure == SHORT ? 1 : PIECE;
    return read(under->file, bytes, size < most ? size : most);
}

static ssize_t write_some(void *context, const char *bytes, size_t size)
{
    struct under *under = context;
    const int failure = failure_of_file("write", under->file);
    if (failure == LOST)
        return (ssize_t)size;
    if (under->full || failure == SHORT) {
        const ssize_t some = under->full ? 0 : write(under->file, bytes, size / 2);
        under->full = true;
        errno = ENOSPC;
        return some < 0 ? 0 : some;
    }
    if (failure)
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
    const int failure = failure_of_file("close", under->file);
    const int closed = REAL(close)(under->file);
    under->stream = NULL;
    return failure ? -1 : closed;
}

/* The stream through this library, if PNM_FAULT is about it; else NULL. */
static FILE *pass(int file, const char *mode)
{
    static const cookie_io_functions_t functions = {read_some, write_some, seek, end};
    char path[PATH_MAX];
    path_of(file, path);
    if (!lists() && !about("read", path) && !about("write", path) &&
        !about("close", path))
        return NULL;
    for (size_t k = 0; k < STREAMS; k++)
        if (!streams[k].stream) {
            streams[k] = (struct under){.file = file};
            return streams[k].stream = fopencookie(&streams[k], mode, functions);
        }
    abort();
}

static FILE *through(int file, const char *mode)
{
    FILE *stream = pass(file, mode);
    return stream ? stream : REAL(fdopen)(file, mode);
}

FILE *fdopen(int file, const char *mode)
{
    return through(file, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    if (failure_of("open", path))
        return NULL;
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

__attribute__((constructor)) static void begin(void)
{
    FILE *output = pass(STDOUT_FILENO, "w");
    if (output)
        stdout = output;
}

/* --- calls ------------------------------------------------------------------------ */

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return failure_of("open", path) ? -1 : REAL(open)(path, flags, mode);
}

int memfd_create(const char *name, unsigned flags)
{
    return failure_of("open", name) ? -1 : REAL(memfd_create)(name, flags);
}

FILE *tmpfile(void)
{
    return failure_of("open", P_tmpdir) ? NULL : REAL(tmpfile)();
}

int fsync(int file)
{
    struct stat about;
    const bool folder = fstat(file, &about) == 0 && S_ISDIR(about.st_mode);
    return failure_of_file(folder ? "fsync-folder" : "fsync", file) ? -1
                                                                    : REAL(fsync)(file);
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    const int failure = failure_of("link", new);
    return failure == LOST ? 0 : failure ? -1 : REAL(linkat)(from, old, to, new, flags);
}

int rename(const char *old, const char *new)
{
    const int failure = failure_of("rename", new);
    return failure == LOST ? 0 : failure ? -1 : REAL(rename)(old, new);
}

int posix_spawnp(pid_t *child, const char *program,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[],
                 char *const environment[])
{
    const int failure = fault("spawn", program);
    return failure ? failure
                   : REAL(posix_spawnp)(child, program, actions, attributes, arguments,
                                        environment);
}
