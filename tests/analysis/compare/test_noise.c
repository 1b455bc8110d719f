/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_noise.c: noise filters against closed forms, against their own impulse response
 * summed by brute force, and against measurement. */
#include "errors.h"

#include "compare/noise.h"

static const char *const rules[] = {
    "sgd lr=0.3",
    "heavy_ball lr=0.3 beta1=0.9",
    "heavy_ball lr=0.3 beta1=0.6 beta3=1",
    "pnm lr=0.3 beta0=1 beta1=0.9",
    "pnm lr=0.3 beta0=-0.4 beta1=0.5",
    "pnm lr=0.3 beta0=3 beta1=0",
    "pnm_eq7 lr=0.3 beta0=1 beta1=0.9",
    "pnm_eq7 lr=0.3 beta0=3 beta1=0.5",
    "two_batch lr=0.3 beta0=1",
};
enum { RULES = sizeof rules / sizeof *rules, RESPONSE = 1200 };

static struct noise_filter filter_of(const char *what)
{
    const struct rule rule = CHECK_RULE("%s", what);
    struct noise_filter filter;
    struct error error;
    assert_int_equal(noise_filter_init(&filter, &rule, &error), 0);
    return filter;
}

/* The closed forms of the definitions (beta = beta1^2): mean gain, variance, lag-1
 * correlation. */
static void filters_have_the_known_closed_forms(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        const double b0 = rule_parameter(&rule, "beta0");
        const double b1 = rule_parameter(&rule, "beta1"), b = b1 * b1;
        const double b3 = strstr(rules[k], "beta3=") ? 1 : 1 - b1;
        const double gamma = (1 + b0) * (1 + b0) + b0 * b0;
        const double variance = noise_filter_autocovariance(&filter, 0);
        const double lag1 = noise_filter_autocovariance(&filter, 1) / variance;
        const double gain = noise_filter_gain(&filter);
        if (strcmp(rule.kind->name, "heavy_ball") == 0) {
            CHECK_NEAR(gain, b3 / (1 - b1), 1e-13, 0);
            CHECK_NEAR(variance, b3 * b3 / (1 - b), 1e-13, 0);
            CHECK_NEAR(lag1, b1, 1e-13, 0);
        } else if (strcmp(rule.kind->name, "pnm") == 0) {
            CHECK_NEAR(gain, 1, 1e-13, 0);
            CHECK_NEAR(variance, gamma * (1 - b) / (1 + b), 1e-13, 0);
            CHECK_NEAR(lag1, -b0 * (1 + b0) * (1 + b) / gamma, 1e-13, 1e-15);
        } else if (strcmp(rule.kind->name, "pnm_eq7") == 0) {
            CHECK_NEAR(gain, (1 + b0 - b0 * b1) / (1 + b1), 1e-13, 0);
            CHECK_NEAR(variance,
                       (1 - b1) * (1 - b1) * ((1 + b0) * (1 + b0) + b0 * b0 * b) /
                           (1 - b * b),
                       1e-13, 0);
        } else {
            CHECK_NEAR(gain, 1, 1e-15, 0);
            CHECK_NEAR(variance, isnan(b0) ? 1 : gamma, 1e-14, 0);
            CHECK_NEAR(lag1, 0, 0, 1e-15);
        }
    }
}

static void filters_agree_with_their_impulse_response(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        static const uint64_t lags[] = {0, 1, 2, 3, 7, 40};
        double gain = 0;
        for (int s = 0; s < filter.samples; s++)
            for (uint64_t age = 0; age < RESPONSE; age++)
                gain += noise_filter_response(&filter, s, age);
        CHECK_NEAR(noise_filter_gain(&filter), gain, 1e-12, 0);
        for (int l = 0; l < 6; l++) {
            double sum = 0;
            for (int s = 0; s < filter.samples; s++)
                for (uint64_t age = 0; age < RESPONSE; age++)
                    sum += noise_filter_response(&filter, s, age) *
                           noise_filter_response(&filter, s, age + lags[l]);
            CHECK_NEAR(noise_filter_autocovariance(&filter, lags[l]), sum, 1e-12,
                       1e-14);
        }
        for (uint64_t count = 1; count < 40; count = 3 * count + 1) {
            double sum = noise_filter_autocovariance(&filter, 0);
            for (uint64_t lag = 1; lag < count; lag++)
                sum += 2 * (1 - (double)lag / (double)count) *
                       noise_filter_autocovariance(&filter, lag);
            CHECK_NEAR(noise_filter_long_run(&filter, count), sum, 1e-12, 1e-14);
        }
    }
}

/* The density is the squared modulus of the response's Fourier sum, and integrates to
 * the variance (the trapezoidal rule is exact to rounding for a periodic analytic
 * function). */
static void densities_are_fourier_sums_and_integrate_to_the_variance(void **state)
{
    (void)state;
    const double pi = 3.14159265358979323846;
    enum { POINTS = 4096 };
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        double integral = 0;
        for (int p = 0; p < POINTS; p++)
            integral +=
                noise_filter_density(&filter, (double)p / POINTS - 0.5) / POINTS;
        CHECK_NEAR(integral, noise_filter_autocovariance(&filter, 0), 1e-11, 0);
        for (double f = 0; f <= 0.5; f += 0.0625) {
            double density = 0;
            for (int s = 0; s < filter.samples; s++) {
                double re = 0, im = 0;
                for (uint64_t age = 0; age < RESPONSE; age++) {
                    const double w = noise_filter_response(&filter, s, age);
                    re += w * cos(2 * pi * f * (double)age);
                    im += w * sin(2 * pi * f * (double)age);
                }
                density += re * re + im * im;
            }
            CHECK_NEAR(noise_filter_density(&filter, f), density, 1e-10, 1e-12);
        }
    }
}

static void probed_filters_are_the_written_out_ones(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        struct rule rule = CHECK_RULE("%s", rules[k]);
        struct rule_kind own = *rule.kind;
        struct noise_filter written = filter_of(rules[k]), probed;
        struct error error;
        own.name = "somebodys_own";
        rule.kind = &own;
        assert_int_equal(noise_filter_init(&probed, &rule, &error), 0);
        assert_int_equal(probed.source, EXACT_PROBED);
        for (uint64_t lag = 0; lag < 4; lag++)
            CHECK_NEAR(noise_filter_autocovariance(&probed, lag),
                       noise_filter_autocovariance(&written, lag), 1e-12, 1e-14);
        own.linear = false;
        assert_int_equal(noise_filter_init(&probed, &rule, &error), STATUS_USAGE);
    }
}

/* A mean gain of 0 that is computed as -5.6e-16 is judged as a 0. */
static void a_gain_left_by_rounding_counts_as_0(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.002);
    const struct rule rule =
        CHECK_RULE("pnm_eq7 lr=0.1 beta0=-3.3333333333333335 beta1=0.7");
    struct noise_row rows[NOISE_QUANTITIES];
    struct error error;
    CHECK_OK(noise_compare(&sampling, &rule, false, NULL, rows, &error), &error);
    const struct evidence *e = &rows[NOISE_MEAN_GAIN].evidence;
    CHECK_COMPARE(e->exact, !=, 0);
    CHECK_COMPARE(fabs(e->exact), <, 1e-14);
    assert_string_equal(verdict_text(rows[NOISE_MEAN_GAIN].verdicts.exact), "holds");
    assert_string_equal(verdict_text(rows[NOISE_MEAN_GAIN].verdicts.paper), "fails");
}

/* All quantities of 128 chains, over seeds (errors.h), with control variates and, of
 * the same chains, without; they share their chains. */
static void errors_of_every_quantity(void **state)
{
    (void)state;
    static const char *const some[] = {"pnm lr=0.3 beta0=1 beta1=0.9",
                                       "pnm_eq7 lr=0.3 beta0=3 beta1=0.5", "sgd lr=0.3",
                                       "two_batch lr=0.3 beta0=1"};
    for (size_t k = 0; k < sizeof some / sizeof *some; k++) {
        struct errors *controlled = check_alloc(NOISE_QUANTITIES, sizeof *controlled);
        struct errors *plain = check_alloc(NOISE_QUANTITIES, sizeof *plain);
        const struct rule rule = CHECK_RULE("%s", some[k]);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(1, 0.2);
            struct noise_row rows[NOISE_QUANTITIES];
            struct error error;
            sampling.seed = seed;
            sampling.chains = 128;
            sampling.threads = 1;
            CHECK_OK(noise_compare(&sampling, &rule, true, NULL, rows, &error), &error);
            for (int q = 0; q < NOISE_QUANTITIES; q++) {
                const struct evidence *e = &rows[q].evidence;
                const bool gains =
                    q != NOISE_LAG1 || strcmp(rule.kind->name, "two_batch") != 0;
                char what[100];
                if (isnan(e->exact))
                    continue;
                snprintf(what, sizeof what, "%s of %s",
                         noise_quantity_text((enum noise_quantity)q), some[k]);
                CHECK(!gains || e->se < e->plain_se / 100, "%s: %g beside %g", what,
                      e->se, e->plain_se);
                errors_add(&controlled[q], what, e->measured, e->exact, e->se);
                errors_add(&plain[q], what, e->plain, e->exact, e->plain_se);
            }
        }
        for (int q = 0; q < NOISE_QUANTITIES; q++)
            if (controlled[q].count > 0) {
                CHECK_ERRORS(&controlled[q], 1);
                CHECK_ERRORS(&plain[q], 1);
            }
        free(controlled);
        free(plain);
    }
}

static void measurements_agree_with_exact_filters(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.002);
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        struct noise_row rows[NOISE_QUANTITIES], mean, variance;
        struct error error;
        assert_int_equal(noise_compare(&sampling, &rule, true, NULL, rows, &error), 0);
        for (int q = 0; q < NOISE_QUANTITIES; q++) {
            const struct evidence *e = &rows[q].evidence;
            if (isnan(e->exact))
                continue;
            if (rows[q].verdicts.exact != VERDICT_HOLDS || !evidence_control(e))
                fail_msg("%s %s: measured %g +- %g, exact %g", rules[k],
                         noise_quantity_text((enum noise_quantity)q), e->measured,
                         e->se, e->exact);
        }
        for (uint64_t t = 1; t < 12; t = 3 * t + 1) {
            assert_int_equal(
                noise_compare_at(&sampling, &rule, t, NULL, &mean, &variance, &error),
                0);
            CHECK_NEAR(mean.evidence.measured, mean.evidence.exact, 0,
                       4.9 * mean.evidence.se + 1e-12);
            assert_int_equal(variance.verdicts.exact, VERDICT_HOLDS);
        }
    }
}

/* The sum of the squared autocovariances, which plans chains, lag by lag. */
static void squared_autocovariances_are_summed(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct noise_filter filter = filter_of(rules[k]);
        for (uint64_t count = 1; count < 100; count = 3 * count + 1) {
            double sum = 0;
            for (uint64_t lag = 0; lag < count; lag++)
                sum += (lag == 0 ? 1 : 2) *
                       pow(noise_filter_autocovariance(&filter, lag), 2);
            CHECK_NEAR(noise_filter_squares(&filter, count), sum, 1e-12, 0);
        }
    }
}

/* u_t = n_t - n_{t-1}, so that only the first and the last of a sum remain. */
static void differences_of_noise_cancel(void **state)
{
    static const struct {
        enum noise_quantity quantity;
        double value;
    } cases[] = {{NOISE_VARIANCE, 2}, {NOISE_LONG_RUN, 2. / 50}, {NOISE_LAG1, -0.5}};
    const struct rule rule = CHECK_RULE("anti_pgd lr=0.3");
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct error error;
        double value;
        CHECK_OK(noise_exact(&rule, cases[k].quantity, 50, &value, &error), &error);
        CHECK_NEAR(value, cases[k].value, 1e-14, 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_of_noise_cancel),
        cmocka_unit_test(filters_have_the_known_closed_forms),
        cmocka_unit_test(filters_agree_with_their_impulse_response),
        cmocka_unit_test(densities_are_fourier_sums_and_integrate_to_the_variance),
        cmocka_unit_test(probed_filters_are_the_written_out_ones),
        cmocka_unit_test(errors_of_every_quantity),
        cmocka_unit_test(a_gain_left_by_rounding_counts_as_0),
        cmocka_unit_test(measurements_agree_with_exact_filters),
        cmocka_unit_test(squared_autocovariances_are_summed),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
