/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worst/worst_apart.h"

#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT = 50 }; /* milliseconds between two looks for a signal */

/* Writes all bytes, or fails. */
static bool write_all(int to, const void *data, size_t size)
{
    const char *byte = data;
    while (size > 0) {
        const ssize_t written = write(to, byte, size);
        if (written <= 0)
            return false;
        byte += written;
        size -= (size_t)written;
    }
    return true;
}

/* The other process: it ends with the call. */
static void other(worst_apart_call *call, void *context, double *result, size_t count,
                  int to)
{
    const int nowhere = open("/dev/null", O_WRONLY);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0 ||
        dup2(nowhere, STDERR_FILENO) < 0)
        _exit(-STATUS_MEMORY);
    const int status = call(context, result, count);
    if (status == STATUS_OK && !write_all(to, result, count * sizeof *result))
        _exit(-STATUS_MEMORY);
    _exit(-status);
}

/* Reads what the other process writes until it ends; whether that was `size` bytes. */
static int read_all(int from, void *data, size_t size, bool *whole, struct error *error)
{
    char *byte = data;
    size_t got = 0;
    int status = STATUS_OK;
    bool ended = false;
    while (status == STATUS_OK && !ended && got < size) {
        struct pollfd ready = {.fd = from, .events = POLLIN};
        if (poll(&ready, 1, WAIT) > 0) {
            const ssize_t read_now = read(from, byte + got, size - got);
            ended = read_now == 0 || (read_now < 0 && errno != EINTR);
            got += read_now > 0 ? (size_t)read_now : 0;
        }
        status = interrupt_check(error);
    }
    *whole = got == size;
    return status;
}

/* Opens a pipe beside the standard streams, which may be closed. */
static bool open_pipe(int ends[2])
{
    int first[2];
    if (pipe(first) != 0)
        return false;
    for (int k = 0; k < 2; k++)
        ends[k] = fcntl(first[k], F_DUPFD, STDERR_FILENO + 1);
    const int failure = errno;
    for (int k = 0; k < 2; k++)
        close(first[k]);
    errno = failure;
    if (ends[0] >= 0 && ends[1] >= 0)
        return true;
    for (int k = 0; k < 2; k++)
        if (ends[k] >= 0)
            close(ends[k]);
    return false;
}

/* Waits for the end of the process, which is killed if nobody waits for its result. */
static int end(pid_t process, bool wanted)
{
    int how = 0;
    if (!wanted)
        kill(process, SIGKILL);
    while (waitpid(process, &how, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(how) ? -WEXITSTATUS(how) : STATUS_MEMORY;
}

int worst_apart(worst_apart_call *call, void *context, double *result, size_t count,
                bool *found, struct error *error)
{
    int ends[2];
    bool whole = false;
    *found = false;
    if (!open_pipe(ends))
        return error_set(error, STATUS_MEMORY, "no pipe to the solver's process: %s",
                         strerror(errno));
    const pid_t process = fork();
    if (process == 0)
        other(call, context, result, count, ends[1]);
    const int failure = errno;
    close(ends[1]);
    int status = process > 0
                     ? read_all(ends[0], result, count * sizeof *result, &whole, error)
                     : error_set(error, STATUS_MEMORY, "no process for the solver: %s",
                                 strerror(failure));
    close(ends[0]);
    const int how = process > 0 ? end(process, status == STATUS_OK) : STATUS_MEMORY;
    if (status == STATUS_OK && how != STATUS_OK && how != STATUS_SOFTWARE)
        status = error_memory(error, "the solver of a worst case");
    *found = status == STATUS_OK && how == STATUS_OK && whole;
    return status;
}
