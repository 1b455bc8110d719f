/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_growth.c: the growth of noiseless chains against roots that are known in closed
 * form: one, two complex ones, a double one, none that is left, and one too large. */
#include "check.h"
#include "compare/growth.h"

static struct growth growth_of(const char *rule_text, double h)
{
    const struct rule rule = CHECK_RULE("%s", rule_text);
    return growth_measure(&rule, h);
}

static void a_simple_root_settles(void **state)
{
    (void)state;
    struct growth growth = growth_of("sgd lr=0.125", 1);
    CHECK_NEAR(growth.log_factor, log(0.875), 1e-12, 0);
    CHECK(growth.settled, "one root settles");
    CHECK(growth_trend(growth) == TREND_SHRINKS, "chains shrink");
    growth = growth_of("sgd lr=0.125", 20);
    CHECK_NEAR(growth.log_factor, log(1.5), 1e-12, 0);
    CHECK(growth.settled, "one root settles");
    CHECK(growth_trend(growth) == TREND_GROWS, "chains grow");
}

/* Complex roots of modulus sqrt(beta1): z^2 - (1 + beta1 - lr h) z + beta1 = 0. */
static void complex_roots_settle(void **state)
{
    (void)state;
    const struct growth growth = growth_of("heavy_ball lr=0.5 beta1=0.5 beta3=1", 1);
    CHECK_NEAR(growth.log_factor, 0.5 * log(0.5), 1e-5, 0);
    CHECK(growth.settled, "complex roots settle");
}

/* The mean of 1/t in t from 2^k to 2^(k+1) with the window's weights. */
static double mean_of_inverse(int k)
{
    double sum = 0, weights = 0;
    for (int i = 1; i < 1000; i++) {
        const double x = i / 1000.0, weight = exp(-1 / (x * (1 - x)));
        sum += weight / (1 + x);
        weights += weight;
    }
    return ldexp(sum / weights, -k);
}

/* At lr h = (1 - sqrt(beta1))^2 both roots are sqrt(beta1), and chains grow by t
 * sqrt(beta1)^t. The windows' means then differ by 1/t of the steps, which is too much
 * for a root so near to 1, until the last window, that from step 2^19 to 2^20. */
static void a_double_root_is_followed_to_the_last_window(void **state)
{
    (void)state;
    const double root = 31.0 / 32;
    const struct growth growth =
        growth_of("heavy_ball lr=1 beta1=0.9384765625 beta3=1", 0x1p-10);
    CHECK(!growth.settled, "settled at %.9g +- %.3g", growth.log_factor, growth.error);
    CHECK_NEAR(growth.log_factor - log(root), mean_of_inverse(19), 0.02, 0);
    CHECK_NEAR(growth.error, mean_of_inverse(18) - mean_of_inverse(19), 0.02, 0);
    CHECK(growth_trend(growth) == TREND_SHRINKS, "chains shrink");
}

static void a_growth_without_logarithm_is_infinite(void **state)
{
    (void)state;
    const struct growth gone = growth_of("sgd lr=1", 1);
    CHECK(gone.log_factor == -INFINITY && gone.settled, "%g", gone.log_factor);
    const struct growth overflow = growth_of("sgd lr=1e200", 1e200);
    CHECK(overflow.log_factor == INFINITY && overflow.settled, "%g",
          overflow.log_factor);
}

static void a_growth_within_three_errors_tells_nothing(void **state)
{
    (void)state;
    assert_int_equal(growth_trend((struct growth){3, 1, true}), TREND_UNKNOWN);
    assert_int_equal(growth_trend((struct growth){-3, 1, true}), TREND_UNKNOWN);
    assert_int_equal(growth_trend((struct growth){3.001, 1, true}), TREND_GROWS);
    assert_int_equal(growth_trend((struct growth){-3.001, 1, true}), TREND_SHRINKS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_simple_root_settles),
        cmocka_unit_test(complex_roots_settle),
        cmocka_unit_test(a_double_root_is_followed_to_the_last_window),
        cmocka_unit_test(a_growth_without_logarithm_is_infinite),
        cmocka_unit_test(a_growth_within_three_errors_tells_nothing),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
