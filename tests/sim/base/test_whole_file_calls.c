/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_whole_file_calls.c: files under system calls that fail, without /proc, and
 * beside a program that tidies at the same time. The calls are defined here, so that
 * they answer what the test asks for. */
#define _GNU_SOURCE
#include "files.h"

#include "base/whole_file.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

/* What the calls answer: an errno, or 0 for what the system answers. */
static struct {
    int fdopen, fclose, fstat, fchown, access;
    const char *access_to;    /* the beginning of the paths whose access fails */
    gid_t group;              /* is added to the group of the files that fstat shows */
    uid_t owner;              /* likewise */
    const char *tidied;       /* by another program when the next file is locked */
    unsigned chowns, written; /* counted since a test set them to 0 */
} calls;

static int answer(int failure)
{
    errno = failure;
    return -1;
}

FILE *fdopen(int descriptor, const char *mode)
{
    FILE *(*real)(int, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, "fdopen");
    if (!calls.fdopen)
        return real(descriptor, mode);
    errno = calls.fdopen;
    return NULL;
}

int fclose(FILE *file)
{
    int (*real)(FILE *);
    *(void **)&real = dlsym(RTLD_NEXT, "fclose");
    const int status = real(file);
    return calls.fclose ? answer(calls.fclose) : status;
}

int fstat(int descriptor, struct stat *about)
{
    int (*real)(int, struct stat *);
    *(void **)&real = dlsym(RTLD_NEXT, "fstat");
    if (calls.fstat && descriptor != STDOUT_FILENO)
        return answer(calls.fstat);
    const int status = real(descriptor, about);
    about->st_gid += calls.group;
    about->st_uid += calls.owner;
    return status;
}

int fchown(int descriptor, uid_t owner, gid_t group)
{
    (void)descriptor;
    (void)owner;
    (void)group;
    calls.chowns++;
    return calls.fchown ? answer(calls.fchown) : 0;
}

int access(const char *path, int how)
{
    int (*real)(const char *, int);
    *(void **)&real = dlsym(RTLD_NEXT, "access");
    if (calls.access && strncmp(path, calls.access_to, strlen(calls.access_to)) == 0)
        return answer(calls.access);
    return real(path, how);
}

int flock(int descriptor, int how)
{
    int (*real)(int, int);
    const char *const tidied = calls.tidied;
    *(void **)&real = dlsym(RTLD_NEXT, "flock");
    calls.tidied = NULL;
    if (tidied)
        whole_file_tidy(tidied);
    return real(descriptor, how);
}

/* --- the files -------------------------------------------------------------------- */

static int put(FILE *file, void *context)
{
    int *named = context;
    calls.written++;
    *named += files_named(".", ".pnm-");
    fputs("new", file);
    return 0;
}

/* Writes "new" to path; *named counts the temporary files that there were meanwhile. */
static int write_new(const char *path, int *named, struct error *error)
{
    *named = 0;
    *error = (struct error){.text = ""};
    const int status = whole_file_write("output", path, put, named, error);
    const unsigned chowns = calls.chowns, written = calls.written;
    memset(&calls, 0, sizeof calls);
    calls.chowns = chowns;
    calls.written = written;
    return status;
}

/* The old file is as it was, and nothing is beside it. */
static void old_stays(int status, const struct error *error, const char *why)
{
    CHECK(status == STATUS_OUTPUT && strstr(error->text, "cannot write 'f': ") &&
              strstr(error->text, why),
          "status %d: %s", status, error->text);
    files_hold("f", "old");
    assert_int_equal(files_named(".", ""), 1);
}

static void new_is_there(int status, const struct error *error)
{
    CHECK_OK(status, error);
    files_hold("f", "new");
    assert_int_equal(files_named(".", ""), 1);
}

/* --- the tests -------------------------------------------------------------------- */

/* A file without a name could not be named: it has a name while it is written. */
static void without_proc_the_file_has_a_name(void **state)
{
    (void)state;
    for (int exists = 0; exists < 2; exists++) {
        struct error error;
        int named;
        if (exists)
            files_put("f", "old");
        calls.access = ENOENT;
        calls.access_to = "/proc/";
        const int status = write_new("f", &named, &error);
        new_is_there(status, &error);
        assert_int_equal(named, 1);
        unlink("f");
    }
}

/* The other program finds the file between its opening and its locking and takes it for
 * one that was left: it is opened again under another name, before anything is written.
 */
static void a_file_that_another_program_removes_is_opened_again(void **state)
{
    struct error error;
    int named;
    (void)state;
    calls.access = ENOENT;
    calls.access_to = "/proc/";
    calls.tidied = "f";
    calls.written = 0;
    const int status = write_new("f", &named, &error);
    new_is_there(status, &error);
    assert_int_equal(calls.written, 1);
    assert_int_equal(named, 1);
    unlink("f");
}

static void a_stream_that_cannot_be_opened_is_told(void **state)
{
    struct error error;
    int named;
    (void)state;
    files_put("f", "old");
    calls.fdopen = EMFILE;
    old_stays(write_new("f", &named, &error), &error, strerror(EMFILE));
    calls.fdopen = ENOMEM;
    assert_int_equal(write_new("/dev/zero", &named, &error), STATUS_MEMORY);
    calls.fdopen = EMFILE;
    assert_int_equal(write_new("/dev/zero", &named, &error), STATUS_OUTPUT);
    assert_non_null(strstr(error.text, "cannot write '/dev/zero': "));
    unlink("f");
}

/* A file system over a network may tell only then that it could not write. */
static void a_failure_to_close_is_told(void **state)
{
    struct error error;
    int named;
    (void)state;
    files_put("f", "old");
    calls.fclose = EDQUOT;
    old_stays(write_new("f", &named, &error), &error, strerror(EDQUOT));
    calls.fclose = EDQUOT;
    assert_int_equal(write_new("/dev/zero", &named, &error), STATUS_OUTPUT);
    assert_non_null(strstr(error.text, strerror(EDQUOT)));
    unlink("f");
}

/* Another's file: this user may not give it away, and then it becomes his own. */
static void the_owner_is_kept_as_far_as_allowed(void **state)
{
    (void)state;
    for (unsigned other = 1; other < 4; other++)
        for (int allowed = 0; allowed < 2; allowed++) {
            struct error error;
            int named;
            files_put("f", "old");
            calls.chowns = 0;
            calls.group = other & 1;
            calls.owner = other >> 1;
            calls.fchown = allowed ? 0 : EPERM;
            const int status = write_new("f", &named, &error);
            new_is_there(status, &error);
            assert_int_equal(calls.chowns, (other & 1) + (other >> 1));
            files_put("f", "old");
            calls.group = other & 1;
            calls.owner = other >> 1;
            calls.fchown = EIO;
            old_stays(write_new("f", &named, &error), &error, strerror(EIO));
            unlink("f");
        }
}

static void the_old_file_stays_where_the_new_one_cannot_be_like_it(void **state)
{
    struct error error;
    int named;
    (void)state;
    files_put("f", "old");
    calls.fstat = EIO;
    old_stays(write_new("f", &named, &error), &error, strerror(EIO));
    unlink("f");
}

static void a_protected_file_stays(void **state)
{
    struct error error;
    int named;
    (void)state;
    files_put("f", "old");
    calls.access = EACCES;
    calls.access_to = "f";
    old_stays(write_new("f", &named, &error), &error, strerror(EACCES));
    unlink("f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_proc_the_file_has_a_name),
        cmocka_unit_test(a_file_that_another_program_removes_is_opened_again),
        cmocka_unit_test(a_stream_that_cannot_be_opened_is_told),
        cmocka_unit_test(a_failure_to_close_is_told),
        cmocka_unit_test(the_owner_is_kept_as_far_as_allowed),
        cmocka_unit_test(the_old_file_stays_where_the_new_one_cannot_be_like_it),
        cmocka_unit_test(a_protected_file_stays),
    };
    return cmocka_run_group_tests(tests, files_enter, files_leave);
}
