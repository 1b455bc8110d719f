/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "theory/least_squares.h"

static const double curvature[3] = {0.4, 0.8, 1.3};
static const struct mean_square setting = {3, curvature, 2, 1, NULL};

/* Variances that an independent program gives, to seven digits. */
static void test_stationary_variances(void **state)
{
    static const struct {
        const char *text;
        double variance[3];
    } cases[] = {
        {"sgd lr=0.3", {0.10901032, 0.12097486, 0.14021115}},
        {"heavy_ball lr=0.3 beta1=0.7", {0.09881368, 0.10317869, 0.10920895}},
        {"pnm lr=0.3 beta0=1 beta1=0.7", {0.03816277, 0.03988327, 0.04304499}},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct rule rule = CHECK_RULE("%s", cases[k].text);
        struct least_squares_law law;
        struct error error;
        double total = 0;
        assert_int_equal(least_squares_law_init(&law, &setting, &rule, NULL, &error),
                         STATUS_OK);
        assert_true(law.gain < 1);
        for (size_t i = 0; i < 3; i++) {
            double variance, noise;
            enum exact_source source;
            assert_int_equal(
                least_squares_noise(&law, &setting, &rule, NULL, i, i, &noise, &error),
                STATUS_OK);
            assert_int_equal(theory_covariance(&rule, curvature[i], curvature[i], noise,
                                               &variance, &source, &error),
                             STATUS_OK);
            CHECK_NEAR(variance, cases[k].variance[i], 0, 5.1e-9);
            total += curvature[i] * variance;
        }
        CHECK_NEAR(law.total, total, 0, 1e-14);
        least_squares_law_free(&law);
    }
}

/* The transient settles in the stationary law; and where the gain is above 1 there is
 * no law, though the rule is stable without noise. */
static void test_transient_settles(void **state)
{
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.7"),
                      unstable = CHECK_RULE("pnm lr=1.1 beta0=1 beta1=0.7");
    const double offset[3] = {1, 1, 1};
    struct mean_square_run run;
    struct least_squares_law law;
    struct error error;
    double limit;
    (void)state;
    assert_int_equal(least_squares_law_init(&law, &setting, &rule, NULL, &error),
                     STATUS_OK);
    assert_int_equal(mean_square_run_init(&run, &setting, &rule, least_squares_system,
                                          offset, NULL, &error),
                     STATUS_OK);
    for (int t = 0; t < 2000; t++)
        mean_square_run_step(&run);
    CHECK_NEAR(run.risk, law.total, 0, 1e-13);
    mean_square_run_free(&run);
    least_squares_law_free(&law);
    assert_true(theory_lr_limit(&unstable, 1.3) > 1.1);
    assert_int_equal(least_squares_law_init(&law, &setting, &unstable, NULL, &error),
                     STATUS_OK);
    assert_true(law.gain > 1 && !law.noise && isnan(law.total));
    least_squares_law_free(&law);
    assert_int_equal(
        least_squares_limit(&setting, &unstable,
                            (struct interval){0, theory_lr_limit(&unstable, 1.3)},
                            &limit, &error),
        STATUS_OK);
    assert_true(limit < 1.1 && limit > 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stationary_variances),
        cmocka_unit_test(test_transient_settles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
