/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_data_file.c: files that belong to the programs. */
#include "check.h"

#include "base/data_file.h"

static void a_file_that_is_missing_is_told(void **state)
{
    struct data_file file;
    struct error error = {.text = ""};
    (void)state;
    assert_int_equal(data_file_open(&file, "no/such.file", &error), STATUS_SOFTWARE);
    assert_null(file.stream);
    assert_non_null(strstr(error.text,
                           "/share/pnmlab/no/such.file', which belongs to this "
                           "program, cannot be read: No such file or directory"));
    data_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_missing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
