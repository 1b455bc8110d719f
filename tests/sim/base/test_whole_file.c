/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_whole_file.c: files under the longest names that the system takes. PATH_MAX
 * counts the 0 at the end, and the folder of a file is asked for with a "." behind it:
 * the longest path that is taken has PATH_MAX - 2 bytes. */
#include "files.h"

#include "base/whole_file.h"

#include <limits.h>
#include <sys/stat.h>

static const char left[] = ".f.pnm-00000a"; /* by a program that was killed */

/* Sets path to "./" again and again and then "f", `length` bytes in all. */
static void lengthen(size_t length, char path[static PATH_MAX + 1])
{
    memset(path, '/', length);
    for (size_t k = length % 2 ? 0 : 1; k + 1 < length; k += 2)
        path[k] = '.';
    if (length % 2 == 0)
        memcpy(path, ".//", 3);
    path[length - 1] = 'f';
    path[length] = '\0';
    assert_int_equal(strlen(path), length);
}

static void the_longest_path_is_checked(void **state)
{
    (void)state;
    char path[PATH_MAX + 1];
    for (size_t length = PATH_MAX - 3; length <= PATH_MAX; length++) {
        struct error error = {.text = ""};
        lengthen(length, path);
        const int status = whole_file_check("output", path, &error);
        if (length <= PATH_MAX - 2) {
            CHECK_OK(status, &error);
            continue;
        }
        assert_int_equal(status, STATUS_OUTPUT);
        assert_non_null(strstr(error.text, "File name too long"));
    }
}

static void the_longest_path_is_the_same_file(void **state)
{
    (void)state;
    char path[PATH_MAX + 1];
    for (size_t length = PATH_MAX - 3; length <= PATH_MAX; length++) {
        lengthen(length, path);
        /* No file is there yet. */
        assert_int_equal(whole_file_same(path, "f"), length <= PATH_MAX - 2);
        assert_int_equal(whole_file_same("f", path), length <= PATH_MAX - 2);
        assert_false(whole_file_same(path, "g"));
        files_put("f", "old");
        assert_int_equal(whole_file_same(path, "f"), length <= PATH_MAX - 1);
        assert_int_equal(whole_file_same("f", path), length <= PATH_MAX - 1);
        unlink("f");
    }
}

static void what_was_left_at_the_longest_path_is_removed(void **state)
{
    (void)state;
    char path[PATH_MAX + 1];
    for (size_t length = PATH_MAX - 3; length <= PATH_MAX; length++) {
        lengthen(length, path);
        files_put(left, "half a fi");
        whole_file_tidy(path);
        assert_int_equal(access(left, F_OK) != 0, length <= PATH_MAX - 2);
        unlink(left);
    }
}

static int put(FILE *file, void *context)
{
    fputs(context, file);
    return 0;
}

/* A new file, and one that replaces an old one. */
static void the_longest_path_is_written_or_nothing(void **state)
{
    (void)state;
    char path[PATH_MAX + 1], text[] = "new";
    for (size_t length = PATH_MAX - 32; length <= PATH_MAX; length++)
        for (int exists = 0; exists < 2; exists++) {
            struct error error = {.text = ""};
            lengthen(length, path);
            if (exists)
                files_put("f", "old");
            const int status = whole_file_write("output", path, put, text, &error);
            if (status == STATUS_OK) {
                assert_true(length < PATH_MAX);
                files_hold("f", "new");
            } else {
                assert_int_equal(status, STATUS_OUTPUT);
                assert_non_null(strstr(error.text, "File name too long"));
                assert_int_equal(access("f", F_OK) == 0, exists);
                if (exists)
                    files_hold("f", "old");
            }
            /* A name beside it, with 12 bytes more, is needed to replace a file, and
             * for a new one where the system has no files without a name. */
            if (length < PATH_MAX - 12)
                assert_int_equal(status, STATUS_OK);
            else if (exists || length == PATH_MAX)
                assert_int_equal(status, STATUS_OUTPUT);
            unlink("f");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_path_is_checked),
        cmocka_unit_test(the_longest_path_is_the_same_file),
        cmocka_unit_test(what_was_left_at_the_longest_path_is_removed),
        cmocka_unit_test(the_longest_path_is_written_or_nothing),
    };
    return cmocka_run_group_tests(tests, files_enter, files_leave);
}
