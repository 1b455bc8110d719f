/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_data_file.c: files that belong to the programs. */
#include "check.h"

#include "base/data_file.h"

#include <errno.h>
#include <unistd.h>

static bool without_proc;

/* In place of the system's: the program has one name, or cannot be found. */
ssize_t readlink(const char *path, char *name, size_t size)
{
    static const char own[] = "/opt/bin/pnm";
    assert_string_equal(path, "/proc/self/exe");
    assert_true(size >= sizeof own);
    errno = ENOENT;
    memcpy(name, own, sizeof own - 1);
    return without_proc ? -1 : (ssize_t)sizeof own - 1;
}

static void a_file_that_is_missing_is_told(void **state)
{
    struct data_file file;
    struct error error = {.text = ""};
    (void)state;
    assert_int_equal(data_file_open(&file, "no/such.file", &error), STATUS_SOFTWARE);
    assert_null(file.stream);
    assert_non_null(strstr(
        error.text, "'/opt/bin/../share/pnmlab/no/such.file', which belongs to this "
                    "program, cannot be read: No such file or directory"));
    data_file_close(&file);
}

static void a_program_that_cannot_be_found_is_told(void **state)
{
    struct data_file file;
    struct error error = {.text = ""};
    (void)state;
    without_proc = true;
    assert_int_equal(data_file_open(&file, "no/such.file", &error), STATUS_SOFTWARE);
    assert_null(file.stream);
    assert_non_null(strstr(error.text, "the folder of this program cannot be found: "
                                       "No such file or directory"));
    data_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_missing_is_told),
        cmocka_unit_test(a_program_that_cannot_be_found_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
