/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rule_check.c: when a rule divides 0 by 0, and which rules know more than samples
 * of the gradient. */
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

static void what_knows_more_than_samples_is_refused(void **state)
{
    const struct rule rules[] = {CHECK_RULE("sgd lr=0.1"),
                                 CHECK_RULE("anti_pgd lr=0.1")};
    struct error error;
    (void)state;
    CHECK_OK(rule_check_sampled(rules, 1, "this", &error), &error);
    CHECK_REFUSED("anti_pgd", rule_check_sampled(rules, 2, "this", &error), &error,
                  "anti_pgd knows the gradient without noise");
    assert_int_equal(rule_gradients(rules[0].kind), 1);
    assert_int_equal(rule_gradients(rules[1].kind), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_by_zero_is_told_from_divergence),
        cmocka_unit_test(what_knows_more_than_samples_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
