/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stationary.c: measured against exact: the deviations are as large as their
 * standard errors say, and what cannot be measured says why. */
#include "cli/problem_form.h"
#include "errors.h"

#include "compare/stationary.h"

static struct sampling settings(uint64_t seed, double precision)
{
    struct sampling sampling = check_sampling(seed, precision);
    sampling.max_samples = 1e9;
    return sampling;
}

static const char *const rules[] = {
    "sgd",
    "heavy_ball beta1=0.9",
    "heavy_ball beta1=0.9 beta3=1",
    "pnm beta0=1 beta1=0.9",
    "pnm_eq7 beta0=1 beta1=0.9",
    "two_batch beta0=1",
};
enum { RULES = sizeof rules / sizeof *rules };

/* 30 seeds x 6 rules: z = (measured - exact)/se should be standard normal (t with 1023
 * degrees of freedom). Mean within 4.9/sqrt(180), variance within the 1e-6 quantiles of
 * chi2(180)/180: 0.55 to 1.62; so a standard error wrong by 30 % would be seen. */
static void deviations_have_mean_0_and_variance_1(void **state)
{
    (void)state;
    enum { SEEDS = 30, TOTAL = SEEDS * RULES };
    double sum = 0, squares = 0;
    for (int k = 0; k < RULES; k++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct sampling sampling = settings(seed, 0.01);
            const struct rule rule = CHECK_RULE("%s lr=0.05", rules[k]);
            struct comparison row;
            struct error error;
            assert_int_equal(
                stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), 0);
            const struct evidence *e = &row.evidence;
            const double z = (e->measured - e->exact) / e->se;
            assert_true(e->decisive);
            sum += z;
            squares += z * z;
        }
    CHECK_COMPARE(fabs(sum) / TOTAL, <, 4.9 / sqrt(TOTAL));
    CHECK_COMPARE(squares, >, gsl_cdf_chisq_Pinv(5e-7, TOTAL));
    CHECK_COMPARE(squares, <, gsl_cdf_chisq_Qinv(5e-7, TOTAL));
}

/* The planned standard error is the one that comes out: the ratio of the variances is
 * chi2(1023)/1023, within 25 % at the 1e-8 level. */
static void the_plan_keeps_its_promise(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct sampling sampling = settings(7, 0.005);
        const struct rule rule = CHECK_RULE("%s lr=0.05", rules[k]);
        struct comparison row;
        struct error error;
        assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error),
                         0);
        CHECK_COMPARE(row.evidence.se, <, 1.13 * 0.005 * row.evidence.exact);
    }
}

/* 128 chains of two modes, with or without correlation. */
static void measure_modes(uint64_t seed, bool dense, bool full,
                          struct comparison **rows, size_t *count)
{
    static const double h[2] = {0.5, 1}, c[4] = {1, 0.5, 0.5, 2};
    struct sampling sampling = settings(seed, 0.2);
    const struct rule rule = CHECK_RULE("pnm lr=0.5 beta0=1 beta1=0.6");
    struct problem problem;
    struct error error;
    sampling.chains = 128;
    sampling.threads = 1;
    if (dense)
        CHECK_OK(problem_init_dense(&problem, 2, h, c, &error), &error);
    else
        CHECK_OK(problem_init(&problem, 2, h, &error), &error);
    for (size_t i = 0; !dense && i < 2; i++)
        problem.noise[i] = c[3 * i];
    CHECK_OK(stationary_compare(&sampling, &rule, &problem,
                                full ? STATIONARY_PAIRS : STATIONARY_DIAGONAL, NULL,
                                NULL, rows, count, &error),
             &error);
    problem_free(&problem);
}

/* Elements on and off the diagonal, which share their chains, over seeds (errors.h). */
static void errors_of_covariances(void **state)
{
    (void)state;
    struct errors *element = check_alloc(3, sizeof *element);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        struct comparison *rows;
        size_t count;
        measure_modes(seed, true, true, &rows, &count);
        assert_int_equal(count, 3);
        for (size_t k = 0; k < count; k++) {
            const struct evidence *e = &rows[k].evidence;
            char what[32];
            snprintf(what, sizeof what, "Sigma_%zu%zu", rows[k].i + 1, rows[k].j + 1);
            errors_add(&element[k], what, e->measured, e->exact, e->se);
        }
        free(rows);
    }
    for (size_t k = 0; k < 3; k++)
        CHECK_ERRORS(&element[k], 1);
    free(element);
}

/* The error of the excess loss is right for modes that run separately. For modes that
 * run together it is the sum of two errors: never too small, at most sqrt(2) too large.
 */
static void errors_of_the_excess(void **state)
{
    (void)state;
    struct errors *excess = check_alloc(1, sizeof *excess);
    struct moments z = {0};
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        struct comparison *rows;
        size_t count;
        measure_modes(seed, false, false, &rows, &count);
        struct evidence e = stationary_excess(rows, count, false);
        errors_add(excess, "excess loss", e.measured, e.exact, e.se);
        free(rows);
        measure_modes(seed, true, false, &rows, &count);
        e = stationary_excess(rows, count, true);
        moments_add(&z, (e.measured - e.exact) / e.se);
        free(rows);
    }
    CHECK_ERRORS(excess, 1);
    const double freedom = ERRORS_SEEDS - 1;
    CHECK_COMPARE(z.squares, <, gsl_cdf_chisq_Qinv(5e-6, freedom));
    CHECK_COMPARE(2 * z.squares, >, gsl_cdf_chisq_Pinv(5e-6, freedom));
    free(excess);
}

static int compare_dense(const struct sampling *sampling, const struct rule *rule,
                         struct comparison **rows, size_t *count)
{
    static const double h[3] = {0.5, 1, 2};
    /* Correlations 0.7, -0.6, -0.5; smaller ones would need more steps. */
    static const double c[9] = {1, 0.99, -0.73, 0.99, 2, -0.87, -0.73, -0.87, 1.5};
    struct problem problem = {0};
    struct error error;
    int status = problem_init_dense(&problem, 3, h, c, &error);
    if (status == STATUS_OK)
        status = stationary_compare(sampling, rule, &problem, STATIONARY_PAIRS, NULL,
                                    NULL, rows, count, &error);
    problem_free(&problem);
    return status;
}

static void dense_noise_agrees_for_every_pair_and_rule(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++) {
        const struct sampling sampling = settings(1, 0.002);
        const struct rule rule = CHECK_RULE("%s lr=0.1", rules[k]);
        struct comparison *rows = NULL;
        size_t count;
        assert_int_equal(compare_dense(&sampling, &rule, &rows, &count), 0);
        assert_int_equal(count, 6);
        for (size_t pair = 0; pair < count; pair++) {
            const struct evidence *e = &rows[pair].evidence;
            assert_string_equal(verdict_text(rows[pair].verdicts.exact), "holds");
            assert_true(evidence_control(e));
            CHECK_COMPARE(e->exact_scale, ==, fabs(e->exact));
            CHECK_COMPARE(e->paper_scale, ==, fabs(e->paper));
        }
        free(rows);
    }
}

/* A small covariance is judged by its own size: where the budget does not allow the
 * steps for that, as without control variates, it is not sampled and says what it
 * costs, and the other elements are sampled as they would be without it. */
static void a_small_covariance_is_not_judged_by_the_variances(void **state)
{
    (void)state;
    static const double h[2] = {1, 0.5}, c[4] = {1, 1e-3, 1e-3, 1};
    struct sampling sampling = settings(1, 0.002);
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    struct comparison *rows = NULL;
    struct problem problem;
    struct error error;
    size_t count;
    sampling.control = SAMPLING_CONTROL_NONE;
    CHECK_OK(problem_init_dense(&problem, 2, h, c, &error), &error);
    CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_PAIRS, NULL,
                                NULL, &rows, &count, &error),
             &error);
    const struct evidence *e = &rows[1].evidence;
    CHECK_NEAR(e->exact, 0.1 * 1e-3 / (1.5 - 0.05), 1e-14, 0);
    CHECK_COMPARE(e->exact_scale, ==, e->exact);
    CHECK_COMPARE(e->paper_scale, ==, e->paper);
    CHECK_NEAR(rows[1].spread, sqrt(rows[0].evidence.exact * rows[2].evidence.exact),
               1e-14, 0);
    CHECK_NAN(e->measured);
    assert_string_equal(verdict_text(rows[1].verdicts.exact), "not sampled");
    /* A step's relative variance is 1 + 1/r^2, r the correlation; the product of the
     * modes forgets at the rate of 1 - 0.9 * 0.95. */
    const double r = e->exact / rows[1].spread, steps = 2 / (1 - 0.9 * 0.95) - 1;
    const double needed = (1 + 1 / (r * r)) * steps / (0.002 * 0.002);
    CHECK_COMPARE(rows[1].plan.samples, >, needed);
    CHECK_COMPARE(rows[1].plan.samples, <, 4 * needed);
    for (size_t k = 0; k < 3; k += 2) {
        assert_string_equal(verdict_text(rows[k].verdicts.exact), "holds");
        CHECK_COMPARE((double)rows[k].plan.chains.count *
                          (double)rows[k].plan.chains.steps,
                      <, 1e8);
    }
    free(rows);
    problem_free(&problem);
}

/* Modes that are correlated by no more than rounding errors count as uncorrelated, by
 * whichever sign, and are sampled: at a scale of 1e-16 they could not be. */
static void a_covariance_left_by_rounding_counts_as_0(void **state)
{
    (void)state;
    static const double h[2] = {1, 3}, left[] = {1e-16, -1e-16, 4e-13, 2e-12};
    const struct rule rule = CHECK_RULE("pnm beta0=1 beta1=0.9 lr=0.1");
    for (int k = 0; k < 4; k++) {
        const double c[4] = {1, left[k], left[k], 1};
        const struct sampling sampling = settings(1, 0.002);
        struct comparison *rows = NULL;
        struct problem problem;
        struct error error;
        size_t count;
        CHECK_OK(problem_init_dense(&problem, 2, h, c, &error), &error);
        CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_PAIRS, NULL,
                                    NULL, &rows, &count, &error),
                 &error);
        const struct evidence *e = &rows[1].evidence;
        const bool zero = fabs(e->exact) <= ESTIMATE_TOLERANCE * rows[1].spread;
        assert_int_equal(zero, k < 3);
        assert_int_equal(e->sampled, zero);
        CHECK_COMPARE(e->exact_scale, ==, zero ? rows[1].spread : e->exact);
        if (zero)
            assert_string_equal(verdict_text(rows[1].verdicts.exact), "holds");
        free(rows);
        problem_free(&problem);
    }
}

/* Uncorrelated modes have covariance 0: the scale is sqrt(S_ii S_jj). */
static void full_without_correlation_measures_zero(void **state)
{
    (void)state;
    const struct sampling sampling = settings(1, 0.002);
    const struct rule rule = CHECK_RULE("%s lr=0.1", rules[3]);
    const struct problem_form text = {
        .spectrum = "1,3", .noise = "hessian", .batch = 1};
    struct problem problem;
    struct comparison *rows = NULL;
    struct error error;
    size_t count;
    assert_int_equal(problem_form_read(&problem, &text, &error), 0);
    assert_int_equal(stationary_compare(&sampling, &rule, &problem, STATIONARY_PAIRS,
                                        NULL, NULL, &rows, &count, &error),
                     0);
    assert_int_equal(count, 3);
    CHECK_COMPARE(rows[1].evidence.exact, ==, 0);
    CHECK_COMPARE(rows[1].evidence.paper, ==, 0);
    CHECK_NEAR(rows[1].evidence.exact_scale,
               sqrt(rows[0].evidence.exact * rows[2].evidence.exact), 1e-14, 0);
    for (size_t k = 0; k < 3; k++)
        assert_string_equal(verdict_text(rows[k].verdicts.exact), "holds");
    free(rows);
    problem_free(&problem);
}

static void without_noise_one_chain_decides(void **state)
{
    (void)state;
    const struct sampling sampling = settings(1, 0.001);
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s lr=0.1", rules[k]);
        struct problem problem;
        struct comparison *rows = NULL;
        struct error error;
        size_t count;
        const struct problem_form text = {.spectrum = "1,2",
                                          .noise = "isotropic:0",
                                          .batch = 1,
                                          .theta_star = "3",
                                          .start = "7"};
        assert_int_equal(problem_form_read(&problem, &text, &error), 0);
        assert_int_equal(stationary_compare(&sampling, &rule, &problem,
                                            STATIONARY_DIAGONAL, NULL, NULL, &rows,
                                            &count, &error),
                         0);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(rows[i].evidence.count, 1);
            CHECK_COMPARE(rows[i].evidence.se, ==, 0);
            assert_string_equal(verdict_text(rows[i].verdicts.exact), "holds");
        }
        free(rows);
        problem_free(&problem);
    }
}

static void what_cannot_be_decided_says_so(void **state)
{
    (void)state;
    const struct rule rule = CHECK_RULE("%s lr=0.05", rules[3]);
    struct sampling sampling = settings(1, 0.002);
    struct comparison row;
    struct error error;
    sampling.max_samples = 1000;
    assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), 0);
    assert_int_equal(row.verdicts.exact, VERDICT_NOT_SAMPLED);
    assert_int_equal(row.verdicts.paper, VERDICT_FAILS);
    CHECK_NAN(row.evidence.measured);
    CHECK_COMPARE(row.plan.samples, >, 1000);
    sampling = settings(1, 0.002);
    sampling.steps = 20; /* shorter than the burn-in */
    assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), 0);
    assert_int_equal(row.verdicts.exact, VERDICT_INCONCLUSIVE);
    sampling = settings(1, 0.002);
    sampling.burn_in = 1; /* by order: the bias shows */
    sampling.steps = 200;
    assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), 0);
    assert_int_equal(row.verdicts.exact, VERDICT_INCONCLUSIVE);
    assert_false(row.evidence.decisive);
    sampling = settings(1, 0.002);
    sampling.chains = 1;
    sampling.steps = 1 << 16;
    assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), 0);
    CHECK_NAN(row.evidence.se);
    assert_int_equal(row.verdicts.exact, VERDICT_INCONCLUSIVE);
    for (sampling.chains = 29; sampling.chains <= 30; sampling.chains++) {
        assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error),
                         0);
        assert_int_equal(row.evidence.decisive, sampling.chains == 30);
    }
}

/* A rule that is not linear is planned by a pilot: the first half of its steps is
 * burn-in, and the error comes out as it was planned. */
static void a_pilot_plans_the_second_half(void **state)
{
    (void)state;
    const struct sampling sampling = settings(1, 0.01);
    const struct rule rule = CHECK_RULE("adam lr=0.1");
    struct comparison row;
    struct error error;
    CHECK_OK(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), &error);
    assert_int_equal(2 * row.plan.chains.burn_in, row.plan.chains.steps);
    assert_true(row.evidence.sampled && row.evidence.decisive);
    CHECK_COMPARE(row.evidence.se, <, 1.2 * 0.01 * row.evidence.measured);
}

static void unstable_parameters_are_refused_with_their_limit(void **state)
{
    (void)state;
    const struct sampling sampling = settings(1, 0.002);
    const struct rule rule = CHECK_RULE("%s lr=2.5", rules[0]);
    struct comparison row;
    struct error error;
    assert_int_equal(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error),
                     STATUS_USAGE);
    assert_string_equal(error.quantity, "lr");
    assert_non_null(strstr(error.text, "2.5"));
    assert_non_null(strstr(error.text, "below 2 "));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviations_have_mean_0_and_variance_1),
        cmocka_unit_test(errors_of_covariances),
        cmocka_unit_test(errors_of_the_excess),
        cmocka_unit_test(the_plan_keeps_its_promise),
        cmocka_unit_test(dense_noise_agrees_for_every_pair_and_rule),
        cmocka_unit_test(a_small_covariance_is_not_judged_by_the_variances),
        cmocka_unit_test(a_covariance_left_by_rounding_counts_as_0),
        cmocka_unit_test(full_without_correlation_measures_zero),
        cmocka_unit_test(without_noise_one_chain_decides),
        cmocka_unit_test(what_cannot_be_decided_says_so),
        cmocka_unit_test(a_pilot_plans_the_second_half),
        cmocka_unit_test(unstable_parameters_are_refused_with_their_limit),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
