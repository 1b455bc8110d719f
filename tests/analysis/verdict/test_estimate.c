/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_estimate.c: the verdict rule on made-up numbers: every outcome, every edge. */
#include "errors.h"

#include "verdict/evidence.h"

static void half_width_is_normal_or_students(void **state)
{
    (void)state;
    CHECK_NEAR(estimate_half_width(0.5, 1000), 4.89 * 0.5, 1e-15, 0);
    /* z* is the two-sided 1e-6 quantile, rounded. */
    CHECK_NEAR(gsl_cdf_ugaussian_Qinv(0.5e-6), ESTIMATE_Z, 0, 0.005);
    const double t = estimate_half_width(1, 30);
    CHECK_NEAR(gsl_cdf_tdist_Q(t, 29), 0.5e-6, 1e-6, 0);
    CHECK_COMPARE(t, >, 6);
    assert_true(isinf(estimate_half_width(1, 1)));
}

static void exact_verdicts(void **state)
{
    (void)state;
    assert_int_equal(verdict_exact(0.004, 0.005, 1), VERDICT_HOLDS);
    assert_int_equal(verdict_exact(-0.005, 0.005, 1), VERDICT_HOLDS);
    assert_int_equal(verdict_exact(0.0051, 0.005, 1), VERDICT_FAILS);
    assert_int_equal(verdict_exact(-0.0051, 0.005, 1), VERDICT_FAILS);
    assert_int_equal(verdict_exact(0.004, 0.011, 1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_exact(0.012, 0.011, 1), VERDICT_FAILS);
    assert_int_equal(verdict_exact(0.004, 0.011, 2), VERDICT_HOLDS);
    assert_int_equal(verdict_exact(NAN, 0.011, 1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_exact(0.1, INFINITY, 1), VERDICT_INCONCLUSIVE);
}

static void paper_verdicts(void **state)
{
    (void)state;
    assert_int_equal(verdict_paper(0.004, 0.005, 1), VERDICT_HOLDS);
    assert_int_equal(verdict_paper(-0.004, 0.005, 1), VERDICT_HOLDS);
    assert_int_equal(verdict_paper(0.008, 0.005, 1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paper(0.012, 0.005, 1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_paper(0.016, 0.005, 1), VERDICT_FAILS);
    assert_int_equal(verdict_paper(-0.016, 0.005, 1), VERDICT_FAILS);
}

static void bound_verdicts(void **state)
{
    (void)state;
    assert_int_equal(verdict_bound(-0.2, 0.1), VERDICT_HOLDS);
    assert_int_equal(verdict_bound(-0.05, 0.1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_bound(0.05, 0.1), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_bound(0.2, 0.1), VERDICT_FAILS);
    assert_int_equal(verdict_bound(0, 0), VERDICT_HOLDS);
}

static struct evidence good_evidence(void)
{
    return (struct evidence){.paper = 1,
                             .exact = 1,
                             .measured = 1.0005,
                             .se = 0.001,
                             .paper_scale = 1,
                             .exact_scale = 1,
                             .count = 1024,
                             .sampled = true,
                             .decisive = true};
}

static struct evidence noiseless_evidence(double measured)
{
    struct evidence e = good_evidence();
    e.noiseless = true;
    e.se = 0;
    e.count = 1;
    e.measured = measured;
    return e;
}

static void assert_are(struct verdicts verdicts, enum verdict exact, enum verdict paper)
{
    assert_string_equal(verdict_text(verdicts.exact), verdict_text(exact));
    assert_string_equal(verdict_text(verdicts.paper), verdict_text(paper));
}

static void assert_verdicts(const struct evidence *e, enum verdict exact,
                            enum verdict paper)
{
    assert_are(evidence_judge(e), exact, paper);
}

static void evidence_is_judged_by_what_it_has(void **state)
{
    (void)state;
    struct evidence e = good_evidence();
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.paper = 5;
    e.paper_scale = 5;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_FAILS);
    e.paper = NAN;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_NO_CLAIM);
    e.exact = NAN;
    assert_verdicts(&e, VERDICT_NO_CLAIM, VERDICT_NO_CLAIM);
    e = good_evidence();
    e.decisive = false;
    assert_verdicts(&e, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    e = good_evidence();
    e.measured = NAN;
    assert_verdicts(&e, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    /* Student's t: with 40 chains the band is wider than with 1024. */
    e = good_evidence();
    e.se = 0.0019;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.count = 40;
    assert_verdicts(&e, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
}

static void unsampled_rows_compare_paper_with_exact(void **state)
{
    (void)state;
    struct evidence e = good_evidence();
    e.sampled = false;
    e.measured = e.se = NAN;
    assert_verdicts(&e, VERDICT_NOT_SAMPLED, VERDICT_HOLDS);
    e.exact = 1.011;
    assert_verdicts(&e, VERDICT_NOT_SAMPLED, VERDICT_FAILS);
    e.exact = NAN;
    assert_verdicts(&e, VERDICT_NOT_SAMPLED, VERDICT_NOT_SAMPLED);
}

/* A verdict that the error of `exact`, or what is left of the start, could change is
 * none. */
static void errors_of_exact_and_biases_widen_the_band(void **state)
{
    (void)state;
    struct evidence e = good_evidence();
    e.measured = 1.007; /* 7 standard errors */
    assert_verdicts(&e, VERDICT_FAILS, VERDICT_INCONCLUSIVE);
    e.exact_error = 0.0025;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_INCONCLUSIVE);
    e.exact_error = 0.006;
    assert_verdicts(&e, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE);
    e.exact_error = 0;
    e.bias = 0.0025;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_INCONCLUSIVE);
    e.measured = 1.0045;
    e.bias = 0;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.bias = 0.001;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_INCONCLUSIVE);
    /* Ten digits are the most that an exact value is taken to have. */
    e = good_evidence();
    e.se = 0;
    e.measured = 1 + 0.5e-10;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.measured = 1 + 2e-10;
    assert_verdicts(&e, VERDICT_FAILS, VERDICT_HOLDS);
    e.sampled = false;
    e.exact = 1.008;
    assert_verdicts(&e, VERDICT_NOT_SAMPLED, VERDICT_HOLDS);
    e.exact_error = 0.003;
    assert_verdicts(&e, VERDICT_NOT_SAMPLED, VERDICT_INCONCLUSIVE);
    e = noiseless_evidence(1 + 2e-12);
    e.exact_error = 2e-12;
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.exact_error = 0.02;
    assert_verdicts(&e, VERDICT_INCONCLUSIVE, VERDICT_HOLDS);
}

static void noiseless_rows_have_a_numerical_tolerance(void **state)
{
    (void)state;
    struct evidence e = noiseless_evidence(1 + 0.5e-12);
    assert_verdicts(&e, VERDICT_HOLDS, VERDICT_HOLDS);
    e.measured = 1 + 2e-12;
    assert_verdicts(&e, VERDICT_FAILS, VERDICT_HOLDS);
    e.measured = 1.02;
    assert_verdicts(&e, VERDICT_FAILS, VERDICT_FAILS);
}

static void assert_bound(const struct evidence *e, enum verdict exact,
                         enum verdict paper, bool control)
{
    assert_are(evidence_judge_bound(e), exact, paper);
    assert_int_equal(evidence_control_bound(e), control);
}

static void a_bound_is_judged_from_one_side(void **state)
{
    (void)state;
    struct evidence e = good_evidence();
    e.exact = NAN;
    e.measured = 0.9;
    assert_bound(&e, VERDICT_NO_CLAIM, VERDICT_HOLDS, true);
    e.measured = 0.999; /* nearer than 4.89 standard errors */
    assert_bound(&e, VERDICT_NO_CLAIM, VERDICT_INCONCLUSIVE, true);
    e.measured = 1.1;
    assert_bound(&e, VERDICT_NO_CLAIM, VERDICT_FAILS, true);
    e.se = 0.02; /* a bound 5 % lower would not be seen to fail */
    assert_bound(&e, VERDICT_NO_CLAIM, VERDICT_FAILS, false);
    e.decisive = false;
    assert_bound(&e, VERDICT_NO_CLAIM, VERDICT_INCONCLUSIVE, false);
    e.sampled = false;
    e.measured = e.se = NAN;
    assert_bound(&e, VERDICT_NOT_SAMPLED, VERDICT_NOT_SAMPLED, false);
    e.exact = 1.1;
    assert_bound(&e, VERDICT_NOT_SAMPLED, VERDICT_FAILS, true);
    e.exact = 1;
    assert_bound(&e, VERDICT_NOT_SAMPLED, VERDICT_HOLDS, true);
}

static void a_bound_may_be_met_without_noise(void **state)
{
    (void)state;
    struct evidence e = noiseless_evidence(1 + 0.5e-12);
    assert_bound(&e, VERDICT_HOLDS, VERDICT_HOLDS, true);
    e.measured = 1 + 2e-12;
    assert_bound(&e, VERDICT_FAILS, VERDICT_FAILS, true);
    e.measured = e.exact = 0.5;
    assert_bound(&e, VERDICT_HOLDS, VERDICT_HOLDS, true);
}

static void the_control_fails_unless_the_band_is_wide(void **state)
{
    (void)state;
    struct evidence e = good_evidence();
    assert_true(evidence_control(&e));
    e.se = 0.005; /* a band of 2.4 % cannot tell 2 % */
    assert_false(evidence_control(&e));
}

/* Means of 128 numbers each, over draws (errors.h). */
static void errors_of_means(void **state)
{
    (void)state;
    struct errors *mean = check_alloc(1, sizeof *mean);
    uint64_t random = 1;
    for (int seed = 1; seed <= ERRORS_SEEDS; seed++) {
        struct moments moments = {0};
        for (int k = 0; k < 128; k++)
            moments_add(&moments, 5 + 2 * check_normal(&random));
        const struct evidence e = evidence_of_mean(&moments, 4, 5);
        CHECK_COMPARE(e.paper_scale, ==, 4);
        CHECK_COMPARE(e.exact_scale, ==, 5);
        assert_true(e.sampled && e.decisive && e.count == 128);
        errors_add(mean, "mean", e.measured, e.exact, e.se);
    }
    CHECK_ERRORS(mean, 1);
    free(mean);
    const struct moments none = {0};
    const struct evidence e = evidence_of_mean(&none, 4, 5);
    assert_true(!e.sampled && !e.decisive && e.count == 0);
}

/* The prediction itself, or what is given for a 0 and for what rounding leaves of it.
 */
static void a_scale_is_the_prediction_unless_that_is_0(void **state)
{
    (void)state;
    CHECK_COMPARE(evidence_scale_or(0.3, 2), ==, 0.3);
    CHECK_COMPARE(evidence_scale_or(-3e-9, 2), ==, 3e-9);
    CHECK_COMPARE(evidence_scale_or(0, 2), ==, 2);
    CHECK_COMPARE(evidence_scale_or(-1.9e-12, 2), ==, 2);
    CHECK_COMPARE(evidence_scale_or(2.1e-12, 2), ==, 2.1e-12);
    CHECK_COMPARE(evidence_scale_or(1e-20, 1e-300), ==, 1e-20);
    /* Nothing to compare with. */
    CHECK_COMPARE(evidence_scale_or(0, 0), ==, 1);
    CHECK_COMPARE(evidence_scale_or(-4, NAN), ==, 4);
    CHECK_COMPARE(evidence_scale_or(NAN, 2), ==, 1);
    assert_true(evidence_near_zero(0.0099, -0.01, 1));
    assert_true(evidence_near_zero(0, 0.0099, 1));
    assert_false(evidence_near_zero(0.0101, 0, 1));
    assert_false(evidence_near_zero(0, -0.0101, 1));
    assert_false(evidence_near_zero(0.005, 0.005, 0.4));
    assert_false(evidence_near_zero(NAN, 0, 1));
}

static void targets_sharpen_near_the_margin(void **state)
{
    (void)state;
    /* delta = 0.5 %: half the distance to the margin in units of z*. */
    CHECK_NEAR(estimate_target(0.001, 1.005, 1, 1), 0.005 / (2 * 4.89), 1e-10, 0);
    CHECK_NEAR(estimate_target(0.001, 10.05, 10, 10), 0.05 / (2 * 4.89), 1e-10, 0);
    CHECK_NEAR(estimate_target(0.001, 1.5, 1, 1), 0.001, 0, 0);
    CHECK_NEAR(estimate_target(0.001, 1.5, NAN, 2), 0.002, 0, 0);
}

static int exit_of(struct tally tally, bool unsampled_counts, bool strict)
{
    tally.unsampled_is_ok = !unsampled_counts;
    tally.strict = strict;
    return tally_exit(&tally);
}

static void exit_status_follows_the_exact_verdicts(void **state)
{
    (void)state;
    struct tally tally = {0};
    const struct verdicts fine = {VERDICT_HOLDS, VERDICT_FAILS};
    const struct verdicts open = {VERDICT_INCONCLUSIVE, VERDICT_HOLDS};
    const struct verdicts dear = {VERDICT_NOT_SAMPLED, VERDICT_HOLDS};
    const struct verdicts wrong = {VERDICT_FAILS, VERDICT_HOLDS};
    verdict_count(&tally, fine);
    assert_int_equal(exit_of(tally, true, false), 0);
    assert_int_equal(exit_of(tally, true, true), 1);
    verdict_count(&tally, dear);
    assert_int_equal(exit_of(tally, true, false), 2);
    assert_int_equal(exit_of(tally, false, false), 0);
    verdict_count(&tally, open);
    assert_int_equal(exit_of(tally, false, false), 2);
    verdict_count(&tally, wrong);
    assert_int_equal(exit_of(tally, false, false), 1);
}

/* Squares of normal numbers have the skewness sqrt(8). */
static void test_skewed_chains_decide_nothing(void **state)
{
    const double z = ESTIMATE_Z, most = 6 * 32 / (z * z * z - 3 * z);
    (void)state;
    assert_true(estimate_is_skewed(most * 1.001, 1024));
    assert_false(estimate_is_skewed(most * 0.999, 1024));
    assert_true(estimate_is_skewed(-most * 1.001, 1024));
    assert_true(estimate_is_skewed(sqrt(8), 1024));
    assert_false(estimate_is_skewed(sqrt(8), 4096));
    /* Numbers whose cubes are beyond the range may be as skewed as they like; numbers
     * that do not vary are not. */
    for (int k = -2; k <= 2; k++) {
        struct skewed_moments some = {.cubes = 0}, same = {.cubes = 0};
        for (int i = 0; i < 64; i++) {
            skewed_moments_add(&some, ldexp(1 + i % 2, 345 * k / 2));
            skewed_moments_add(&same, ldexp(1, 345 * k / 2));
        }
        const double skewness = skewed_moments_skewness(&some);
        if (abs(k) < 2)
            assert_true(fabs(skewness) < 1e-12);
        else
            assert_true(estimate_is_skewed(skewness, 1 << 20));
        assert_false(estimate_is_skewed(skewed_moments_skewness(&same), 64));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_width_is_normal_or_students),
        cmocka_unit_test(exact_verdicts),
        cmocka_unit_test(paper_verdicts),
        cmocka_unit_test(bound_verdicts),
        cmocka_unit_test(evidence_is_judged_by_what_it_has),
        cmocka_unit_test(unsampled_rows_compare_paper_with_exact),
        cmocka_unit_test(errors_of_exact_and_biases_widen_the_band),
        cmocka_unit_test(noiseless_rows_have_a_numerical_tolerance),
        cmocka_unit_test(a_bound_is_judged_from_one_side),
        cmocka_unit_test(a_bound_may_be_met_without_noise),
        cmocka_unit_test(the_control_fails_unless_the_band_is_wide),
        cmocka_unit_test(errors_of_means),
        cmocka_unit_test(a_scale_is_the_prediction_unless_that_is_0),
        cmocka_unit_test(targets_sharpen_near_the_margin),
        cmocka_unit_test(exit_status_follows_the_exact_verdicts),
        cmocka_unit_test(test_skewed_chains_decide_nothing),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
