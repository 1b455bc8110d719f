/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rule_check.c: when a rule divides 0 by 0. */
#include "rules/rule_check.h"

#include "check.h"

static void zero_by_zero_is_told_from_divergence(void **state)
{
    (void)state;
    static const char *const adaptive[] = {"adam", "amsgrad", "adapnm", "yogi"};
    for (size_t k = 0; k < sizeof adaptive / sizeof *adaptive; k++) {
        const struct rule bare = CHECK_RULE("%s lr=0.1 epsilon=0", adaptive[k]);
        const struct rule kept = CHECK_RULE("%s lr=0.1 epsilon=1e-8", adaptive[k]);
        /* At the minimum the gradient is 0, and so is its mean square. */
        CHECK(rule_divides_zero(&bare, 1, 3, 3, 4), "%s", adaptive[k]);
        assert_false(rule_divides_zero(&kept, 1, 3, 3, 4));
        assert_false(rule_divides_zero(&bare, 1, 1, 3, 4));
        assert_false(rule_divides_zero(&bare, 1, 3, 3, 0));
    }
    const struct rule diverging = CHECK_RULE("sgd lr=1e30");
    assert_false(rule_divides_zero(&diverging, 1, 1, 0, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_by_zero_is_told_from_divergence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
