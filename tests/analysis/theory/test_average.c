/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_average.c: laws of averages against the autocovariances of the stationary state,
 * against the implemented step tried with one impulse after the other, and against
 * numbers worked out by mpmath. */
#include "check.h"
#include "theory/average.h"
#include "theory/stein.h"

static const struct average polyak = {.kind = AVERAGE_POLYAK};

static const char *const rules[] = {
    "sgd lr=0.3",
    "heavy_ball lr=0.3 beta1=0.7",
    "pnm lr=0.3 beta0=1 beta1=0.7",
    "two_batch lr=0.3 beta0=1",
    "nesterov lr=0.1 beta1=0.7",
    "qhm lr=0.3 beta1=0.7 nu=0.6",
    "pnm_eq7 lr=0.3 beta0=0.5 beta1=0.7",
};
enum { RULES = sizeof rules / sizeof *rules };

/* Var of the mean of T stationary steps, (1/T) [S_0 + sum (1 - l/T) (R_l + R_l')] with
 * R_l = (A^l S)_00. */
static double by_autocovariances(const struct rule *rule, double h, double c, int T)
{
    struct linear_system system;
    struct error error;
    double s[LINEAR_SIZE], sum;
    theory_system(rule, h, &system);
    CHECK_OK(stein_solve(&system, &system, c, s, &error), &error);
    const int n = system.dim;
    sum = s[0];
    for (int lag = 1; lag < T; lag++) {
        double next[LINEAR_SIZE];
        for (int r = 0; r < n; r++) {
            next[r] = 0;
            for (int k = 0; k < n; k++)
                next[r] += linear_system_element(&system, r, k) * s[k * n];
        }
        for (int r = 0; r < n; r++)
            s[r * n] = next[r];
        sum += 2 * (1 - (double)lag / T) * s[0];
    }
    return sum / T;
}

/* A late start has the stationary law, whose averages are known. */
static void
averages_of_the_stationary_state_are_those_of_its_autocovariances(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        double scaled; /* T Var at h = 0.4, c = 1, T = 200 */
    } known[] = {{"sgd lr=0.3", 6.00620567},
                 {"heavy_ball lr=0.3 beta1=0.7", 6.07907253},
                 {"pnm lr=0.3 beta0=1 beta1=0.7", 5.70959859}};
    const struct average late = {.kind = AVERAGE_POLYAK, .from = 100000};
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct at_step at = {
            .h_i = 0.4, .h_j = 0.4, .c = 1, .offset = 3, .step = late.from + 200};
        double mean, covariance;
        average_law(&rule, &late, &at, &mean, &covariance);
        CHECK_NEAR(covariance, by_autocovariances(&rule, 0.4, 1, 200), 1e-12, 0);
        CHECK_NEAR(mean, 0, 0, 1e-15);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp(known[i].rule, rules[k]) == 0)
                CHECK_NEAR(200 * covariance, known[i].scaled, 0, 5e-9);
    }
}

/* The average after `steps` steps of the implemented rule without noise, but for a
 * gradient of 1 in sample `sample` of step `impulse`. */
static double response(const struct rule *rule, const struct average *average, double h,
                       double theta_star, double start, int sample, int impulse,
                       int steps)
{
    double theta = start, slot[RULE_MAX_SLOTS] = {0}, sum = 0, smooth = start;
    for (int t = 0; t < steps; t++) {
        double g[RULE_MAX_SAMPLES];
        for (int k = 0; k < rule->kind->samples; k++)
            g[k] = h * (theta - theta_star) + (t == impulse && k == sample ? 1 : 0);
        rule->kind->step(rule, (uint64_t)t, 1, g, &theta, slot);
        if ((uint64_t)t >= average->from)
            sum += theta;
        smooth = (1 - average->rate) * smooth + average->rate * theta;
    }
    return average->kind == AVERAGE_EMA ? smooth : sum / (steps - (int)average->from);
}

static void averages_are_those_of_impulses(void **state)
{
    (void)state;
    static const double curvatures[] = {-0.3, 0, 0.5, 1.2};
    static const struct average averages[] = {{.kind = AVERAGE_POLYAK},
                                              {.kind = AVERAGE_POLYAK, .from = 5},
                                              {.kind = AVERAGE_EMA, .rate = 0.25}};
    static const int steps[] = {6, 7, 40};
    for (int k = 0; k < RULES * 4 * 4 * 3 * 3; k++) {
        struct rule rule = CHECK_RULE("%s", rules[k % RULES]);
        const double h_i = curvatures[k / RULES % 4],
                     h_j = curvatures[k / RULES / 4 % 4];
        const struct average *average = &averages[k / RULES / 16 % 3];
        const int t = steps[k / RULES / 48];
        const double star = 2, start = -1, c = 0.7;
        const struct at_step at = {.h_i = h_i,
                                   .h_j = h_j,
                                   .c = c,
                                   .theta_star = star,
                                   .offset = start - star,
                                   .step = (uint64_t)t};
        double mean, covariance, sum = 0;
        rule.decay.lambda = k % 2 ? 0.2 : 0;
        average_law(&rule, average, &at, &mean, &covariance);
        CHECK_NEAR(mean + star, response(&rule, average, h_i, star, start, 0, -1, t),
                   1e-10, 1e-12);
        for (int s = 0; s < t; s++)
            for (int b = 0; b < rule.kind->samples; b++)
                sum += c * response(&rule, average, h_i, 0, 0, b, s, t) *
                       response(&rule, average, h_j, 0, 0, b, s, t);
        CHECK_NEAR(covariance, sum, 1e-10, 1e-14);
    }
}

/* One averaged step is theta, and so is an ema of rate 1. */
static void averages_of_one_step_are_theta(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct average one[] = {{.kind = AVERAGE_POLYAK, .from = 29},
                                      {.kind = AVERAGE_EMA, .rate = 1}};
        const struct at_step at = {
            .h_i = 0.4, .h_j = 0.9, .c = 2, .offset = 1, .step = 30};
        double mean, covariance, own_mean, own;
        at_step_law(&rule, &at, &mean, &covariance);
        for (int a = 0; a < 2; a++) {
            average_law(&rule, &one[a], &at, &own_mean, &own);
            CHECK_NEAR(own, covariance, 1e-14, 0);
            CHECK_NEAR(own_mean, mean, 1e-14, 1e-300);
        }
    }
}

/* T Cov tends to H^-1 C H^-1 for rules of one sample, whatever their rate and momentum,
 * and to gamma times that for two batches; from far away too, where the start counts
 * for 1/T^2 alone. */
static void scaled_covariances_tend_to_their_limit(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++)
        for (int rate = 0; rate < 2; rate++) {
            struct rule rule = CHECK_RULE("%s", rules[k]);
            const double h_i = 0.4, h_j = 0.7, c = 3;
            const double gamma = strncmp(rules[k], "two_batch", 9) == 0 ? 5 : 1;
            double limit, mean, covariance;
            struct error error;
            if (rate)
                rule.number[RULE_LR] = 1e-6;
            rule_complete(&rule);
            CHECK_OK(average_limit(&rule, h_i, h_j, c, &limit, &error), &error);
            CHECK_NEAR(limit, gamma * c / h_i / h_j, 1e-13, 0);
            for (int power = 38; power <= 44; power += 6) {
                const uint64_t step = UINT64_C(1) << power;
                const struct at_step at = {
                    .h_i = h_i, .h_j = h_j, .c = c, .offset = 1, .step = step};
                average_law(&rule, &polyak, &at, &mean, &covariance);
                CHECK_NEAR((double)step * covariance, limit,
                           8 / (0.25 * rule.number[RULE_LR] * (double)step), 0);
            }
        }
}

/* Late averages have the law of the Stein equation. */
static void late_smoothed_iterates_have_their_stationary_law(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct average ema = {.kind = AVERAGE_EMA, .rate = 0.01};
        const struct at_step at = {.h_i = 0.4,
                                   .h_j = 0.9,
                                   .c = 2,
                                   .theta_star = 3,
                                   .offset = 1,
                                   .step = 1 << 20};
        double mean, covariance, own_mean, own, bound;
        enum exact_source source;
        struct error error;
        rule.decay.lambda = 0.1;
        average_law(&rule, &ema, &at, &mean, &covariance);
        CHECK_OK(average_stationary(&rule, &ema, &at, &own_mean, &own, &bound, &source,
                                    &error),
                 &error);
        assert_int_equal(source, EXACT_MATRIX);
        CHECK_NEAR(own, covariance, 1e-13, 0);
        CHECK_NEAR(own_mean, mean, 1e-13, 0);
        assert_true(bound >= 0 && bound < 1e-12 * own);
    }
}

/* Of sgd, with q = 1 - eta h: Var of the smoothed iterate is R/(2-R) (1 + q (1-R)) /
 * (1 - q (1-R)) times that of theta, eta c / (h (2 - eta h)). */
static void a_smoothed_iterate_of_sgd_has_its_closed_form(void **state)
{
    (void)state;
    static const double rates[] = {1, 0.5, 1e-3, 1e-9};
    for (int k = 0; k < 8; k++) {
        const double r = rates[k % 4], lr = k < 4 ? 0.3 : 1e-7, h = 0.4, c = 2;
        const struct rule rule = CHECK_RULE("sgd lr=%.17g", lr);
        const struct average ema = {.kind = AVERAGE_EMA, .rate = r};
        const struct at_step at = {.h_i = h, .h_j = h, .c = c};
        const long double kept = 1 - (long double)r;
        const long double from = (long double)lr * h + r - (long double)lr * h * r;
        const long double q = 1 - (long double)lr * h;
        double mean, own, bound;
        enum exact_source source;
        struct error error;
        CHECK_OK(
            average_stationary(&rule, &ema, &at, &mean, &own, &bound, &source, &error),
            &error);
        CHECK_NEAR(own,
                   (double)(r / (2 - (long double)r) * (1 + q * kept) / from * lr * c /
                            (h * (2 - (long double)lr * h))),
                   1e-13, 0);
    }
}

/* A law with the wrong number of averaged steps, or of theta itself, is noticed. */
static void wrong_averages_are_noticed(void **state)
{
    (void)state;
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.7");
    const struct average late = {.kind = AVERAGE_POLYAK, .from = 1000};
    const struct at_step at = {.h_i = 0.4, .h_j = 0.4, .c = 1, .step = 1200};
    double mean, covariance;
    average_law(&rule, &late, &at, &mean, &covariance);
    assert_true(fabs(by_autocovariances(&rule, 0.4, 1, 199) / covariance - 1) > 1e-3);
    average_law(&rule, NULL, &at, &mean, &covariance);
    assert_true(fabs(by_autocovariances(&rule, 0.4, 1, 200) / covariance - 1) > 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            averages_of_the_stationary_state_are_those_of_its_autocovariances),
        cmocka_unit_test(averages_are_those_of_impulses),
        cmocka_unit_test(averages_of_one_step_are_theta),
        cmocka_unit_test(scaled_covariances_tend_to_their_limit),
        cmocka_unit_test(late_smoothed_iterates_have_their_stationary_law),
        cmocka_unit_test(a_smoothed_iterate_of_sgd_has_its_closed_form),
        cmocka_unit_test(wrong_averages_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
