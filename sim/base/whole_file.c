/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Unless they say otherwise, the functions here return 0 or an errno. */

static int write_checked(FILE *file, whole_file_writer *writer, void *context)
{
    int failure = writer(file, context);
    if (fflush(file) != 0 && !failure)
        failure = errno;
    /* An earlier write may have failed. */
    if (ferror(file) && !failure)
        failure = EIO;
    return failure;
}

/* Writes into what exists at path. O_CREAT is not needed, and Linux may refuse to open
 * another user's pipe in /tmp with it. */
static int write_direct(const char *path, whole_file_writer *writer, void *context)
{
    int failure = 0;
    const int descriptor = open(path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!file) {
        failure = errno;
        if (descriptor >= 0)
            close(descriptor);
        return failure;
    }
    failure = write_checked(file, writer, context);
    if (fclose(file) != 0 && !failure)
        failure = errno;
    return failure;
}

/* The number of bytes of path's folder part, '/' included. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash + 1 - path) : 0;
}

/* Sets folder to path's folder, "dir/." or "."; path has at most PATH_MAX - 2 bytes. */
static void folder_of(const char *path, char folder[static PATH_MAX])
{
    const size_t length = folder_length(path);
    memcpy(folder, path, length);
    memcpy(folder + length, ".", 2);
}

/* Sets target to the path that the symbolic links at path lead to; no file need exist
 * there. */
static int follow_links(const char *path, char target[static PATH_MAX])
{
    enum { LINK_LIMIT = 40 }; /* as in Linux */
    char link[PATH_MAX];
    if (strlen(path) >= PATH_MAX)
        return ENAMETOOLONG;
    memcpy(target, path, strlen(path) + 1);
    for (int links = 0; links < LINK_LIMIT; links++) {
        const ssize_t length = readlink(target, link, sizeof link - 1);
        if (length < 0)
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        link[length] = '\0';
        const size_t folder = link[0] == '/' ? 0 : folder_length(target);
        if (folder + (size_t)length >= PATH_MAX)
            return ENAMETOOLONG;
        memcpy(target + folder, link, (size_t)length + 1);
    }
    return ELOOP;
}

/* Creates .NAME.XXXXXX beside target and returns its descriptor, or -1 and errno.
 * mkstemp would give mode 0600, and the umask cannot be read without setting it. */
static int open_temporary(const char *target, mode_t mode,
                          char temporary[static PATH_MAX])
{
    enum { ATTEMPTS = 1000, NAME_BYTES = 200 }; /* NAME_MAX is 255 */
    const size_t folder = folder_length(target);
    int descriptor = -1;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    /* Spreads neighbouring process numbers that start at the same time. */
    const unsigned start = (unsigned)now.tv_nsec ^ ((unsigned)getpid() * 2654435761u);
    for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
        const int length =
            snprintf(temporary, PATH_MAX, "%.*s.%.*s.%06x", (int)folder, target,
                     NAME_BYTES, target + folder, (start + attempt) & 0xFFFFFFu);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (descriptor >= 0 || errno != EEXIST)
            break;
    }
    return descriptor;
}

/* Makes the new name last through a power cut. */
static int sync_folder(const char *target)
{
    char folder[PATH_MAX];
    int failure = 0;
    folder_of(target, folder);
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* A folder that is writable but not readable cannot be synced. */
    if (descriptor < 0)
        return errno == EACCES ? 0 : errno;
    /* EINVAL: the file system cannot sync a folder. */
    if (fsync(descriptor) != 0 && errno != EINVAL)
        failure = errno;
    close(descriptor);
    return failure;
}

/* Replaces target; old is its stat, or NULL if it does not exist. */
static int write_replacing(const char *target, const struct stat *old,
                           whole_file_writer *writer, void *context)
{
    char temporary[PATH_MAX];
    FILE *file = NULL;
    int failure = 0;
    /* A private file must not be open to others while it is written. */
    int descriptor = open_temporary(target, old ? 0600 : 0666, temporary);
    if (descriptor < 0)
        return errno;
    if (old && fchmod(descriptor, old->st_mode & 0777) != 0) {
        failure = errno;
        goto out;
    }
    file = fdopen(descriptor, "w");
    if (!file) {
        failure = errno;
        goto out;
    }
    failure = write_checked(file, writer, context);
    if (!failure && fsync(descriptor) != 0)
        failure = errno;
    descriptor = -1;
    if (fclose(file) != 0 && !failure)
        failure = errno;
    if (!failure && rename(temporary, target) != 0)
        failure = errno;
out:
    if (descriptor >= 0)
        close(descriptor);
    if (failure)
        unlink(temporary);
    return failure ? failure : sync_folder(target);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int whole_file_write(const char *path, whole_file_writer *writer, void *context)
{
    char target[PATH_MAX];
    struct stat old, output, found;
    if (!path)
        return write_checked(stdout, writer, context);
    /* An empty path must not leave a temporary file in the current folder. */
    if (!*path)
        return ENOENT;
    const bool exists = stat(path, &old) == 0;
    if (!exists && errno != ENOENT)
        return errno;
    /* /dev/stdout may be a file that a shell's >> appends to; it is not replaced. */
    if (exists && fstat(STDOUT_FILENO, &output) == 0 && same_file(&old, &output))
        return write_checked(stdout, writer, context);
    if (exists && !S_ISREG(old.st_mode))
        return write_direct(path, writer, context);
    /* A rename would succeed, but a write-protected result is meant to stay. */
    if (exists && access(path, W_OK) != 0)
        return errno;
    const int failure = follow_links(path, target);
    if (failure)
        return failure;
    /* A deleted file, open as /dev/fd/3, has no name that could be replaced. */
    if (exists && (stat(target, &found) != 0 || !same_file(&old, &found)))
        return write_direct(path, writer, context);
    return write_replacing(target, exists ? &old : NULL, writer, context);
}

int whole_file_check(const char *quantity, const char *path, struct error *error)
{
    char folder[PATH_MAX];
    struct stat about;
    int failure = strlen(path) + 2 > PATH_MAX ? ENAMETOOLONG : 0;
    if (!failure && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        failure = EISDIR;
    if (!failure) {
        folder_of(path, folder);
        failure = access(folder, F_OK) == 0 ? 0 : errno;
    }
    return failure ? error_about(error, STATUS_OUTPUT, quantity,
                                 "cannot write '%.400s': %s", path, strerror(failure))
                   : STATUS_OK;
}

bool whole_file_same(const char *a, const char *b)
{
    char folder[2][PATH_MAX];
    const char *const path[] = {a, b};
    struct stat about[2];
    if (stat(a, &about[0]) == 0 && stat(b, &about[1]) == 0)
        return S_ISREG(about[0].st_mode) && same_file(&about[0], &about[1]);
    for (int k = 0; k < 2; k++) {
        if (strlen(path[k]) + 2 > PATH_MAX)
            return false;
        folder_of(path[k], folder[k]);
        if (stat(folder[k], &about[k]) != 0)
            return false;
    }
    return same_file(&about[0], &about[1]) &&
           strcmp(a + folder_length(a), b + folder_length(b)) == 0;
}
