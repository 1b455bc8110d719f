/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of replicas, from numbers that are written down here: some replicas lack
 * a quantity. */
#include "check.h"

#include "engine/replicas.h"

enum { COUNT = 4, QUANTITIES = 3 };

static void what_replicas_lack_is_left_out(void **state)
{
    double own[COUNT * QUANTITIES] = {1, NAN, 0, -3, NAN, 0, NAN, NAN, 2, 2, NAN, 0};
    double before[COUNT * QUANTITIES] = {0.5, 1, 0, NAN, 1, 0, 1, 1, 1, 1, 1, 0};
    const struct replicas result = {COUNT, 1, QUANTITIES, own};
    const struct replicas other = {COUNT, 1, QUANTITIES, before};
    (void)state;
    CHECK_EXACT(replicas_value(&result, 3, 0, 0), 2);
    CHECK_EXACT(replicas_largest(&result, 0, 0), 2);
    CHECK_NAN(replicas_largest(&result, 0, 1));
    CHECK_EXACT(replicas_largest(&result, 0, 2), 2);
    assert_int_equal(replicas_nonzero(&result, 0, 0), 3);
    assert_int_equal(replicas_nonzero(&result, 0, 1), 0);
    assert_int_equal(replicas_nonzero(&result, 0, 2), 1);
    const struct moments all = replicas_moments(&result, 0, 0);
    assert_int_equal(all.count, 3);
    CHECK_EXACT(all.mean, 0);
    /* 1 - 0.5 and 2 - 1: the others lack one side. */
    const struct moments apart = replicas_difference(&result, &other, 0, 0);
    assert_int_equal(apart.count, 2);
    CHECK_EXACT(apart.mean, 0.75);
}

static void records_of_a_training(void **state)
{
    (void)state;
    assert_int_equal(replicas_records(10, 0), 1);
    assert_int_equal(replicas_record(10, 0, 0), 10);
    assert_int_equal(replicas_records(10, 4), 4); /* 0, 4, 8, 10 */
    assert_int_equal(replicas_record(10, 4, 2), 8);
    assert_int_equal(replicas_record(10, 4, 3), 10);
    assert_int_equal(replicas_records(8, 4), 3); /* 0, 4, 8 */
    assert_int_equal(replicas_record(8, 4, 2), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_replicas_lack_is_left_out),
        cmocka_unit_test(records_of_a_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
