/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* O_TMPFILE */
#include "base/whole_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
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

/* --- temporary files ---------------------------------------------------------------
 *
 * Where the system can, a file is written without a name and named at the end, so that
 * even `kill -9` leaves nothing. Elsewhere, and in the moment between naming it and
 * replacing the old file, it is .NAME.pnm-XXXXXX beside its target. Whoever writes such
 * a file holds a lock on it; so one that nobody has locked was left by a program that
 * was killed, and whole_file_tidy removes it. */

enum { NAME_BYTES = 200, ATTEMPTS = 1000 }; /* NAME_MAX is 255 */

static const char mark[] = ".pnm-";
enum { DIGITS = 6 };

struct temporary {
    int file, lock;      /* descriptors; -1: none. The second keeps the lock */
    char name[PATH_MAX]; /* "": the file has no name yet */
};

/* Sets name to that of the attempt-th temporary file beside target. */
static int name_temporary(const char *target, unsigned attempt,
                          char name[static PATH_MAX])
{
    const size_t folder = folder_length(target);
    struct timespec now = {0};
    if (attempt >= ATTEMPTS)
        return EEXIST;
    clock_gettime(CLOCK_REALTIME, &now);
    /* Spreads neighbouring process numbers that start at the same time. */
    const unsigned start = (unsigned)now.tv_nsec ^ ((unsigned)getpid() * 2654435761u);
    const int length =
        snprintf(name, PATH_MAX, "%.*s.%.*s%s%0*x", (int)folder, target, NAME_BYTES,
                 target + folder, mark, DIGITS, (start + attempt) & 0xFFFFFFu);
    return length < 0 || length >= PATH_MAX ? ENAMETOOLONG : 0;
}

/* The path under which the system shows a descriptor. */
static void path_of(int descriptor, char path[static 64])
{
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
}

/* Opens a file without a name beside target. */
static int open_unnamed(struct temporary *temporary, const char *target, mode_t mode)
{
    char folder[PATH_MAX], path[64];
    folder_of(target, folder);
    temporary->file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (temporary->file < 0)
        return errno;
    path_of(temporary->file, path);
    /* Without it the file could not be named. */
    if (access(path, F_OK) == 0)
        return 0;
    close(temporary->file);
    temporary->file = -1;
    return ENOENT;
}

/* Whether the file still has a name: whole_file_tidy may have removed it before it was
 * locked. */
static bool has_name(int descriptor)
{
    struct stat about;
    return fstat(descriptor, &about) != 0 || about.st_nlink > 0;
}

/* Opens a file with a name, locked. mkstemp would give mode 0600, and the umask cannot
 * be read without setting it. */
static int open_named(struct temporary *temporary, const char *target, mode_t mode)
{
    int failure = 0;
    for (unsigned attempt = 0; !failure; attempt++) {
        failure = name_temporary(target, attempt, temporary->name);
        if (failure)
            break;
        temporary->file =
            open(temporary->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (temporary->file < 0) {
            failure = errno == EEXIST ? 0 : errno;
            continue;
        }
        flock(temporary->file, LOCK_EX);
        if (has_name(temporary->file))
            return 0;
        close(temporary->file);
    }
    temporary->file = -1;
    temporary->name[0] = '\0';
    return failure;
}

static int open_temporary(struct temporary *temporary, const char *target, mode_t mode,
                          bool named)
{
    *temporary = (struct temporary){.file = -1, .lock = -1};
    int failure = named ? ENOENT : open_unnamed(temporary, target, mode);
    if (failure)
        failure = open_named(temporary, target, mode);
    else
        flock(temporary->file, LOCK_EX);
    if (failure)
        return failure;
    temporary->lock = fcntl(temporary->file, F_DUPFD_CLOEXEC, 0);
    return temporary->lock < 0 ? errno : 0;
}

/* Gives the file the name of the target if nothing has it, else one of its own. */
static int name_it(struct temporary *temporary, const char *target, bool *there)
{
    char path[64];
    path_of(temporary->lock, path);
    *there = linkat(AT_FDCWD, path, AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0;
    int failure = *there ? 0 : errno;
    for (unsigned attempt = 0; failure == EEXIST && attempt < ATTEMPTS; attempt++) {
        failure = name_temporary(target, attempt, temporary->name);
        if (!failure &&
            linkat(AT_FDCWD, path, AT_FDCWD, temporary->name, AT_SYMLINK_FOLLOW) != 0)
            failure = errno;
    }
    if (failure)
        temporary->name[0] = '\0';
    return failure;
}

/* Puts the file in the place of the target. */
static int put_in_place(struct temporary *temporary, const char *target)
{
    bool there = false;
    int failure = temporary->name[0] ? 0 : name_it(temporary, target, &there);
    if (!failure && !there && rename(temporary->name, target) != 0)
        failure = errno;
    if (!failure)
        temporary->name[0] = '\0';
    return failure;
}

static void close_temporary(struct temporary *temporary)
{
    if (temporary->name[0])
        unlink(temporary->name);
    if (temporary->file >= 0)
        close(temporary->file);
    if (temporary->lock >= 0)
        close(temporary->lock);
}

/* --- replacing a file ------------------------------------------------------------- */

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

/* Gives the file the owner, as far as this user may, and the mode of the old one. */
static int be_like(int descriptor, const struct stat *old)
{
    struct stat own;
    if (fstat(descriptor, &own) != 0)
        return errno;
    if (own.st_gid != old->st_gid && fchown(descriptor, (uid_t)-1, old->st_gid) != 0 &&
        errno != EPERM)
        return errno;
    if (own.st_uid != old->st_uid && fchown(descriptor, old->st_uid, (gid_t)-1) != 0 &&
        errno != EPERM)
        return errno;
    return fchmod(descriptor, old->st_mode & 0777) == 0 ? 0 : errno;
}

/* Replaces target; old is its stat, or NULL if it does not exist. */
static int write_replacing(const char *target, const struct stat *old, bool named,
                           whole_file_writer *writer, void *context)
{
    struct temporary temporary;
    /* A private file must not be open to others while it is written. */
    int failure = open_temporary(&temporary, target, old ? 0600 : 0666, named);
    FILE *file = NULL;
    if (!failure && old)
        failure = be_like(temporary.file, old);
    if (failure)
        goto out;
    file = fdopen(temporary.file, "w");
    if (!file) {
        failure = errno;
        goto out;
    }
    failure = write_checked(file, writer, context);
    if (!failure && fsync(temporary.file) != 0)
        failure = errno;
    temporary.file = -1;
    if (fclose(file) != 0 && !failure)
        failure = errno;
    if (!failure)
        failure = put_in_place(&temporary, target);
out:
    close_temporary(&temporary);
    return failure;
}

/* Whether a file without a name could be opened but not named, as in a few file
 * systems. */
static bool cannot_be_named(int failure)
{
    return failure == EXDEV || failure == EPERM || failure == EOPNOTSUPP ||
           failure == ENOENT || failure == EINVAL;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Sets *unsafe to the errno of what keeps a file that is written from lasting. */
static int write_path(const char *path, whole_file_writer *writer, void *context,
                      int *unsafe)
{
    char target[PATH_MAX];
    struct stat old, output, found;
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
    int failure = follow_links(path, target);
    if (failure)
        return failure;
    /* A deleted file, open as /dev/fd/3, has no name that could be replaced. */
    if (exists && (stat(target, &found) != 0 || !same_file(&old, &found)))
        return write_direct(path, writer, context);
    failure = write_replacing(target, exists ? &old : NULL, false, writer, context);
    if (cannot_be_named(failure))
        failure = write_replacing(target, exists ? &old : NULL, true, writer, context);
    *unsafe = failure ? 0 : sync_folder(target);
    return failure;
}

int whole_file_write(const char *quantity, const char *path, whole_file_writer *writer,
                     void *context, struct error *error)
{
    int unsafe = 0;
    const int failure = path ? write_path(path, writer, context, &unsafe)
                             : write_checked(stdout, writer, context);
    if (!failure && !unsafe)
        return STATUS_OK;
    if (failure == ENOMEM)
        return error_memory(error, "writing a file");
    if (!path)
        return error_set(error, STATUS_OUTPUT, "cannot write to standard output: %s",
                         strerror(failure));
    return failure
               ? error_about(error, STATUS_OUTPUT, quantity,
                             "cannot write '%.400s': %s", path, strerror(failure))
               : error_about(error, STATUS_OUTPUT, quantity,
                             "'%.400s' is written, but its folder cannot be synced, "
                             "so that it may not outlast a power cut: %s",
                             path, strerror(unsafe));
}

/* --- before a run ----------------------------------------------------------------- */

/* Whether `entry` is the name of a temporary file beside `name`. */
static bool is_temporary(const char *entry, const char *name)
{
    const size_t length = strnlen(name, NAME_BYTES), digits = strlen(entry) - DIGITS;
    return strlen(entry) == 1 + length + strlen(mark) + DIGITS && entry[0] == '.' &&
           strncmp(entry + 1, name, length) == 0 &&
           strncmp(entry + 1 + length, mark, strlen(mark)) == 0 &&
           strspn(entry + digits, "0123456789abcdef") == DIGITS;
}

/* Removes a temporary file that nobody writes. */
static void remove_left(int folder, const char *entry)
{
    struct stat about;
    const int file = openat(folder, entry,
                            O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) &&
        flock(file, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, entry, 0);
    close(file);
}

void whole_file_tidy(const char *path)
{
    char target[PATH_MAX], folder[PATH_MAX];
    if (strlen(path) + 2 > PATH_MAX || follow_links(path, target) != 0 ||
        strlen(target) + 2 > PATH_MAX)
        return;
    folder_of(target, folder);
    DIR *list = opendir(folder);
    if (!list)
        return;
    for (const struct dirent *entry; (entry = readdir(list));)
        if (is_temporary(entry->d_name, target + folder_length(target)))
            remove_left(dirfd(list), entry->d_name);
    closedir(list);
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

/* Whether a file exists there; NULL: standard output. */
static bool find(const char *path, struct stat *about)
{
    return (path ? stat(path, about) : fstat(STDOUT_FILENO, about)) == 0;
}

bool whole_file_same(const char *a, const char *b)
{
    const char *const path[] = {a, b};
    char target[2][PATH_MAX], folder[PATH_MAX];
    struct stat about[2];
    const bool found = find(a, &about[0]);
    if (found != find(b, &about[1]))
        return false;
    if (found)
        return S_ISREG(about[0].st_mode) && same_file(&about[0], &about[1]);
    for (int k = 0; k < 2; k++) {
        if (!path[k] || follow_links(path[k], target[k]) != 0 ||
            strlen(target[k]) + 2 > PATH_MAX)
            return false;
        folder_of(target[k], folder);
        if (stat(folder, &about[k]) != 0)
            return false;
    }
    return same_file(&about[0], &about[1]) &&
           strcmp(target[0] + folder_length(target[0]),
                  target[1] + folder_length(target[1])) == 0;
}
