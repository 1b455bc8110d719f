/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/plot_choice.h"
#include "cli/plot_range.h"

static const double tolerance = 1e-12;

static struct plot_range range_of(const double *number, size_t count, bool logarithmic)
{
    struct plot_range range = {.logarithmic = logarithmic};
    for (size_t k = 0; k < count; k++)
        plot_range_see(&range, number[k], NAN);
    plot_range_close(&range, 0.05);
    return range;
}

static void expect(struct plot_range range, double low, double high)
{
    CHECK_NEAR(range.low, low, tolerance, 0);
    CHECK_NEAR(range.high, high, tolerance, 0);
}

static void test_ranges_that_gnuplot_can_draw(void **state)
{
    (void)state;
    expect(range_of((double[]){-1, 1}, 2, false), -1.1, 1.1);
    /* Ends that are hardly two numbers */
    expect(range_of((double[]){4, 4.000000000000004}, 2, false), 3.6, 4.4);
    expect(range_of((double[]){0}, 1, false), -1, 1);
    /* No further than gnuplot's own limit */
    expect(range_of((double[]){-PLOT_LARGEST, PLOT_LARGEST}, 2, false), -PLOT_LARGEST,
           PLOT_LARGEST);
    expect(range_of((double[]){1 / PLOT_LARGEST, PLOT_LARGEST}, 2, true),
           1 / PLOT_LARGEST, PLOT_LARGEST);
    expect(range_of((double[]){1, 100, NAN}, 3, true), pow(10, -0.1), pow(10, 2.1));
}

static void test_error_bars_are_in_the_range(void **state)
{
    struct plot_range range = {0};
    (void)state;
    plot_range_see(&range, 5, 1);
    plot_range_see(&range, 6, NAN);
    plot_range_close(&range, 0.05);
    expect(range, 3.9, 6.1);
    /* One that reaches below 0 has no end on a logarithmic axis. */
    range = (struct plot_range){.logarithmic = true};
    plot_range_see(&range, 1, 2);
    plot_range_see(&range, 100, 0);
    plot_range_close(&range, 0);
    expect(range, 1, 100);
}

static void test_a_zero_but_for_rounding_is_forgotten(void **state)
{
    static const struct {
        double number[4], low;
    } cases[] = {
        {{1, 1e-33, 100, 10}, 1},
        {{1, 1e-9, 100, 10}, 1e-9},
        {{1e-33, 1e-22, 1e-11, 1}, 1e-22},
        {{1e-33, 1, 1, 1}, 1e-33}, /* which is the rounding error? */
        {{-1e-33, 1, 2, 3}, -1e-33},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct plot_range range = {0};
        for (int i = 0; i < 4; i++)
            plot_range_see(&range, cases[k].number[i], 0);
        plot_range_forget_zero(&range);
        CHECK_EXACT(range.low, cases[k].low);
    }
}

/* A curve that diverges between points leaves the range. */
static void test_curves_reach_a_little_further_than_points(void **state)
{
    struct plot_range range = {.logarithmic = true};
    (void)state;
    plot_range_see(&range, 1, 0);
    plot_range_see(&range, 100, 0);
    plot_range_see_between(&range, 1e9);
    plot_range_see_between(&range, 0.5);
    plot_range_close(&range, 0);
    expect(range, 0.5, 400);
    range = (struct plot_range){0};
    plot_range_see(&range, 0, 0);
    plot_range_see(&range, 10, 0);
    plot_range_see_between(&range, -1e9);
    plot_range_see_between(&range, 11);
    plot_range_close(&range, 0);
    expect(range, -3, 11);
    /* Without a point the curve is all there is. */
    range = (struct plot_range){0};
    plot_range_see_between(&range, NAN);
    assert_false(range.seen);
    plot_range_see_between(&range, 2);
    plot_range_see_between(&range, 5);
    plot_range_close(&range, 0);
    assert_true(range.seen);
    assert_true(range.low <= 2);
}

static void test_positive_numbers_that_are_far_apart_span(void **state)
{
    struct plot_range range = {0};
    (void)state;
    assert_false(plot_range_spans(&range));
    plot_range_see(&range, 1, 5);
    plot_range_see(&range, 11.9, 5);
    assert_false(plot_range_spans(&range));
    plot_range_see(&range, 12, 0);
    assert_true(plot_range_spans(&range));
    plot_range_see(&range, 0, 0);
    assert_false(plot_range_spans(&range));
}

static void expect_tics(double low, double high, bool scaled, const char *expected)
{
    struct text text = {0};
    plot_range_tics(low, high, scaled, &text);
    assert_string_equal(text_get(&text), expected);
    text_free(&text);
}

static void test_tics_of_logarithmic_axes(void **state)
{
    (void)state;
    expect_tics(0.01, 1, false, "(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1");
    expect_tics(0.1, 0.4, false, "(0.1, 0.2, 0.3, 0.4");
    expect_tics(0.9e-3, 100, false, "(0.001, 0.01, 0.1, 1, 10, 100");
    /* More multiples below 1.3 powers of ten */
    expect_tics(1, 20, false, "(1, 2, 5, 10, 20");
    expect_tics(1, 19, false, "(1, 2, 3, 4, 5, 6, 8, 10");
    expect_tics(1, 1e20, false, "(1, 1000, 1000000, 1000000000, 1e+12, 1e+15, 1e+18");
    /* Where powers and their multiples are too few */
    expect_tics(0.31, 0.33, false, "(0.31, 0.315, 0.32, 0.325, 0.33");
    expect_tics(0.1, 1, true,
                "(\"0.1\" -1, \"0.2\" -0.698970004336, \"0.3\" -0.52287874528, "
                "\"0.4\" -0.397940008672, \"0.5\" -0.301029995664, "
                "\"0.6\" -0.221848749616, \"0.8\" -0.0969100130081, \"1\" 0");
    /* gnuplot's own will do. */
    expect_tics(2, 2, false, "");
    expect_tics(1e-300, 1e300, false, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_that_gnuplot_can_draw),
        cmocka_unit_test(test_error_bars_are_in_the_range),
        cmocka_unit_test(test_a_zero_but_for_rounding_is_forgotten),
        cmocka_unit_test(test_curves_reach_a_little_further_than_points),
        cmocka_unit_test(test_positive_numbers_that_are_far_apart_span),
        cmocka_unit_test(test_tics_of_logarithmic_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
