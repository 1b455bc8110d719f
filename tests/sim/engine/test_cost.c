/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "engine/cost.h"

static void times_are_said_in_units_that_fit(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0.6, "about 0.6 s"},   {12.3, "about 12 s"},
                 {119, "about 120 s"},   {125, "about 2 min"},
                 {3700, "about 62 min"}, {7300, "about 2 h"},
                 {1e6, "about 12 days"}, {1e10, "about 120000 days"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[40];
        cost_text(cases[k].seconds, text, sizeof text);
        assert_string_equal(text, cases[k].text);
    }
}

static void costs_are_shared_by_threads(void **state)
{
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    (void)state;
    const double one = cost_seconds(generator, 1e12, 1);
    /* No machine draws a number in less than 0.05 ns, or needs a microsecond. */
    CHECK_COMPARE(one, >, 50);
    CHECK_COMPARE(one, <, 1e6);
    CHECK_COMPARE(cost_seconds(generator, 1e12, 4), <, one);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_said_in_units_that_fit),
        cmocka_unit_test(costs_are_shared_by_threads),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
