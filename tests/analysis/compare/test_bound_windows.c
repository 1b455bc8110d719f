/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_bound_windows.c: of 16 steps the last 8, 4 and 2 are windows. The chains are
 * told apart: the even ones choose the window, the odd ones give its mean. */
#include "compare/bound_windows.h"

#include "check.h"
#include "verdict/estimate.h"

enum { STEPS = 16, FALL = 12, BATCHES = 2, CHAINS = BATCHES * LOSS_LANES / 2 };

/* The left-hand side of a chain, which falls at step FALL: its spread tells the chains
 * apart, and odd chains have other values than even ones. */
static double left_of(int batch, size_t lane, uint64_t t)
{
    const double own = lane % 2 == 0 ? 1 : 3;
    return (t < FALL ? 10 : 1) * own + 0.01 * (double)lane + 0.5 * batch;
}

static struct bound_windows observed(void)
{
    struct bound_windows windows = {.points = STEPS};
    for (int batch = 0; batch < BATCHES; batch++) {
        for (uint64_t t = 0; t < STEPS; t++) {
            double left[LOSS_LANES];
            for (size_t lane = 0; lane < LOSS_LANES; lane++)
                left[lane] = left_of(batch, lane, t);
            bound_windows_add(&windows, t, left);
        }
        bound_windows_merge(&windows);
    }
    return windows;
}

/* The mean over the chains of one parity of their means from step `from` on, and its
 * standard error, term by term. */
static void expected(size_t parity, uint64_t from, double *mean, double *se)
{
    double value[CHAINS] = {0}, square = 0;
    size_t count = 0;
    *mean = 0;
    for (int batch = 0; batch < BATCHES; batch++)
        for (size_t lane = parity; lane < LOSS_LANES; lane += 2, count++) {
            for (uint64_t t = from; t < STEPS; t++)
                value[count] += left_of(batch, lane, t) / (double)(STEPS - from);
            *mean += value[count] / CHAINS;
        }
    for (size_t k = 0; k < count; k++)
        square += (value[k] - *mean) * (value[k] - *mean);
    *se = sqrt(square / (CHAINS - 1) / CHAINS);
}

static void check_window(const struct bound_windows *windows, double most,
                         uint64_t from)
{
    double mean, se, expected_mean, expected_se;
    expected(1, from, &expected_mean, &expected_se);
    assert_true(bound_windows_longest(windows, most, &mean, &se));
    CHECK_NEAR(mean, expected_mean, 1e-13, 0);
    CHECK_NEAR(se, expected_se, 1e-12, 0);
}

static void the_longest_window_that_is_low_enough(void **state)
{
    const struct bound_windows windows = observed();
    double mean, se;
    (void)state;
    check_window(&windows, 100, STEPS / 2);
    /* The window of 8 has the mean 5.5 and more. */
    check_window(&windows, 5, FALL);
    assert_false(bound_windows_longest(&windows, 0, &mean, &se));
}

static void a_window_is_low_enough_within_its_error(void **state)
{
    const struct bound_windows windows = observed();
    double mean, se;
    (void)state;
    expected(0, STEPS / 2, &mean, &se);
    check_window(&windows, mean - 0.999 * ESTIMATE_Z * se, STEPS / 2);
    check_window(&windows, mean - 1.001 * ESTIMATE_Z * se, FALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_window_that_is_low_enough),
        cmocka_unit_test(a_window_is_low_enough_within_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
