/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_streams.c: the correlation of pnm's two momentum terms, exact and measured. */
#include "check.h"

#include "compare/streams.h"

#include <gsl/gsl_errno.h>

static struct sampling settings(uint64_t seed, double precision)
{
    struct sampling sampling = check_sampling(seed, precision);
    sampling.precision_given = false;
    return sampling;
}

static struct rule pnm(double beta0, double beta1, double eta0)
{
    struct rule rule;
    struct error error;
    assert_int_equal(rule_from(&rule, &error,
                               "pnm lr=%.17g beta0=%.17g beta1=%.17g "
                               "lr-normalization=off",
                               eta0, beta0, beta1),
                     STATUS_OK);
    return rule;
}

/* -eta0 h (1 + 2 beta0)/2 for every beta1. */
static void the_correlation_is_minus_the_fraction_of_the_limit(void **state)
{
    (void)state;
    static const double beta0s[] = {-0.4, 0, 1, 3, 70}, beta1s[] = {0, 0.5, 0.9, 0.99};
    static const double fractions[] = {1e-4, 0.1, 0.5, 0.99};
    for (int a = 0; a < 5; a++)
        for (int b = 0; b < 4; b++)
            for (int c = 0; c < 4; c++) {
                const double eta0 = fractions[c] * fmin(2 / (1 + 2 * beta0s[a]), 2);
                const struct rule rule = pnm(beta0s[a], beta1s[b], eta0);
                struct error error;
                double correlation;
                assert_int_equal(streams_exact(&rule, &correlation, &error), STATUS_OK);
                CHECK_NEAR(correlation, -eta0 * (1 + 2 * beta0s[a]) / 2, 1e-10, 1e-13);
            }
}

static void other_rules_are_refused(void **state)
{
    (void)state;
    struct rule rule;
    struct error error;
    double correlation;
    assert_int_equal(rule_from(&rule, &error, "sgd lr=0.1"), STATUS_OK);
    assert_int_equal(streams_exact(&rule, &correlation, &error), STATUS_USAGE);
}

/* Measured minus exact over the standard error, at 128 seeds: mean 0, variance 1. The
 * bands are two-sided at 1e-5. */
static void the_standard_error_is_that_of_the_measurement(void **state)
{
    (void)state;
    enum { SEEDS = 128 };
    static const double beta1s[] = {0, 0.9};
    for (int b = 0; b < 2; b++) {
        const struct rule rule = pnm(1, beta1s[b], 0.4);
        struct moments z = {0};
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct sampling sampling = settings(seed, 0.1);
            sampling.chains = 64;
            struct evidence e;
            struct error error;
            double samples;
            assert_int_equal(
                streams_compare(&sampling, &rule, "test", &e, &samples, &error),
                STATUS_OK);
            assert_true(e.sampled && e.count == 64);
            moments_add(&z, (e.measured - e.exact) / e.se);
        }
        const double variance = z.squares / (SEEDS - 1);
        CHECK(fabs(z.mean) < 4.42 / sqrt(SEEDS), "mean of z is %g", z.mean);
        CHECK(variance > 0.54 && variance < 1.66, "variance of z is %g", variance);
    }
}

/* The plan is Bartlett's: chains of the standard error that was asked for. */
static void the_plan_reaches_the_precision(void **state)
{
    (void)state;
    static const struct {
        double beta1, fraction;
    } places[] = {{0.5, 0.3}, {0.9, 0.4}};
    const double precision = 0.0015;
    for (int k = 0; k < 2; k++) {
        const struct rule rule = pnm(1, places[k].beta1, places[k].fraction * 2 / 3);
        const struct sampling sampling = settings(1, precision);
        struct evidence e;
        struct error error;
        double samples;
        assert_int_equal(
            streams_compare(&sampling, &rule, "test", &e, &samples, &error), STATUS_OK);
        /* The fewest chains of a plan would tell nothing. */
        assert_true(e.count > PLAN_CHAINS);
        CHECK_NEAR(e.se, precision * fabs(e.exact), 0.1, 0);
    }
}

static void a_plan_beyond_the_budget_samples_nothing(void **state)
{
    (void)state;
    const struct rule rule = pnm(1, 0.9, 0.4);
    struct sampling sampling = settings(1, 0.001);
    struct evidence e;
    struct error error;
    double samples;
    sampling.max_samples = 1e5;
    assert_int_equal(streams_compare(&sampling, &rule, "test", &e, &samples, &error),
                     STATUS_OK);
    assert_false(e.sampled);
    assert_true(samples > 1e5);
    assert_int_equal(evidence_judge(&e).exact, VERDICT_NOT_SAMPLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_correlation_is_minus_the_fraction_of_the_limit),
        cmocka_unit_test(other_rules_are_refused),
        cmocka_unit_test(the_standard_error_is_that_of_the_measurement),
        cmocka_unit_test(the_plan_reaches_the_precision),
        cmocka_unit_test(a_plan_beyond_the_budget_samples_nothing),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
