/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/progress.h"

/* Goes through rows with these numbers of runs and returns the least rise of the share
 * from one unit to the next; *last is the share at the end. */
static double least_rise(const int *runs, uint64_t rows, bool alike, double *last)
{
    struct progress_command command = {.what = NULL};
    double before = 0, least = 1;
    for (uint64_t row = 0; row < rows; row++) {
        progress_row(&command, "row", alike, NULL, row, rows);
        for (int run = 0; run < runs[row]; run++) {
            struct progress progress;
            progress_start(&progress, &command, NULL, 4, 0);
            for (int unit = 1; unit <= 4; unit++) {
                const double share = progress_share(&command, unit / 4.0);
                least = share - before < least ? share - before : least;
                before = share;
            }
            progress_end(&progress);
        }
    }
    *last = before;
    return least;
}

static void the_share_never_falls(void **state)
{
    static const int same[] = {3, 3, 3}, different[] = {1, 40, 2, 0, 7};
    double last;
    (void)state;
    assert_true(least_rise(same, 3, true, &last) >= 0);
    assert_true(last == 1);
    assert_true(least_rise(same, 3, false, &last) == 0);
    assert_true(last == 2 / 3.0);
    assert_true(least_rise(different, 5, true, &last) >= 0);
    assert_true(last <= 1);
    assert_true(least_rise(different, 5, false, &last) >= 0);
    assert_true(last <= 1);
}

/* A row that has more runs than were expected, and a claim alone, tell the time so far.
 */
static void what_is_not_known_is_not_told(void **state)
{
    struct progress_command command = {.what = NULL};
    struct progress progress;
    (void)state;
    assert_int_equal(progress_known(&command), PROGRESS_LEFT);
    progress_row(&command, "row", true, NULL, 0, 2);
    for (int run = 0; run < 3; run++) {
        assert_int_equal(progress_known(&command),
                         run == 0 ? PROGRESS_LEFT : PROGRESS_SHARE);
        progress_start(&progress, &command, NULL, 4, 0);
        progress_end(&progress);
    }
    progress_row(&command, "row", true, NULL, 1, 2);
    assert_int_equal(progress_known(&command), PROGRESS_LEFT);
    progress_row(&command, "claim", false, NULL, 0, 2);
    assert_int_equal(progress_known(&command), PROGRESS_SHARE);
    progress_row(&command, "claim", false, NULL, 0, 1);
    assert_int_equal(progress_known(&command), PROGRESS_TIME);
}

static void one_run_alone_is_the_whole(void **state)
{
    struct progress progress;
    (void)state;
    progress_start(&progress, NULL, NULL, 8, 2);
    assert_true(progress_share(progress.command, 0.5) == 0.5);
    assert_true(progress_share(progress.command, 0.25) == 0.5);
    assert_true(progress_share(progress.command, 1) == 1);
    progress_end(&progress);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_never_falls),
        cmocka_unit_test(what_is_not_known_is_not_told),
        cmocka_unit_test(one_run_alone_is_the_whole),
    };
    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
