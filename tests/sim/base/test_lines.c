/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/lines.h"

static void test_break(void **state)
{
    static const struct {
        const char *text;
        size_t width;
        char mark;
        size_t bytes;
    } breaks[] = {
        {"as it is", 8, ' ', 8},
        {"two words", 8, ' ', 3},
        {"two words", 3, ' ', 3},          /* the blank need not fit */
        {"longestword of all", 5, ' ', 5}, /* no blank before */
        {"x0.012345", 6, ' ', 1},          /* never in a number ... */
        {"0.012345", 6, ' ', 6},           /* ... unless it is all there is */
        {"second_moment_stderr", 14, '_', 14},
        {"second_moment_stderr", 13, '_', 7},
        {"\u03b2\u2080\u03b2\u2080 x", 4, ' ', 10}, /* characters, not bytes */
        {"", 5, ' ', 0},
    };
    (void)state;
    for (size_t k = 0; k < sizeof breaks / sizeof *breaks; k++)
        assert_int_equal(lines_break(breaks[k].text, breaks[k].width, breaks[k].mark),
                         breaks[k].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_break)};
    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
