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

/* What cost_tell writes on standard error. */
static void told(const char *label, bool pilot, double steps, double exact, char *text,
                 size_t size)
{
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    FILE *file = tmpfile();
    const int before = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    cost_tell(label, pilot, generator, steps, 2, exact);
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = 0;
    fclose(file);
}

static void a_note_says_whose_cost_it_is(void **state)
{
    char text[300];
    (void)state;
    told("sgd", false, 1e15, 0, text, sizeof text);
    assert_non_null(strstr(text, "note: sgd: 1e+15 coordinate-steps will take about "));
    assert_null(strstr(text, "exact"));
    told("sgd", true, 1e15, 0.5, text, sizeof text);
    assert_non_null(strstr(text, "1e+15 coordinate-steps of a pilot, which plans the "
                                 "run after it, will take about "));
    assert_non_null(strstr(text, "the option exact gives exact values alone, in about "
                                 "0.5 s\n"));
    told("sgd", false, 1e6, 0, text, sizeof text);
    assert_string_equal(text, "");
    told(NULL, true, 1e15, 0, text, sizeof text);
    assert_string_equal(text, "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_said_in_units_that_fit),
        cmocka_unit_test(costs_are_shared_by_threads),
        cmocka_unit_test(a_note_says_whose_cost_it_is),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
