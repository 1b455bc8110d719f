/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stationary_pairs.c: covariances of coupled modes that are measured with control
 * variates are as honest as plain ones. */
#include "errors.h"

#include "compare/stationary.h"

enum { PAIRS = 3 };

/* Curvatures 1 and 0.5; noise of variances 1 and 0.5 and of covariance c_12 or, if that
 * is NAN, each mode's own. */
static void measure(const struct sampling *sampling, const char *text, double c_12,
                    struct comparison rows[PAIRS])
{
    const double h[2] = {1, 0.5}, c[4] = {1, c_12, c_12, 0.5};
    const struct rule rule = CHECK_RULE("%s", text);
    struct comparison *found = NULL;
    struct problem problem;
    struct error error;
    size_t count;
    if (isnan(c_12)) {
        CHECK_OK(problem_init(&problem, 2, h, &error), &error);
        problem.noise[0] = c[0];
        problem.noise[1] = c[3];
    } else {
        CHECK_OK(problem_init_dense(&problem, 2, h, c, &error), &error);
    }
    CHECK_OK(stationary_compare(sampling, &rule, &problem, STATIONARY_PAIRS, NULL, NULL,
                                &found, &count, &error),
             &error);
    assert_int_equal(count, PAIRS);
    memcpy(rows, found, PAIRS * sizeof *rows);
    free(found);
    problem_free(&problem);
}

static const char *const rules[] = {
    "sgd lr=0.1",
    "sgd lr=1.7",
    "heavy_ball lr=0.1 beta1=0.9 beta3=1",
    "pnm lr=0.3 beta1=0.9 beta0=1",
    "two_batch lr=0.2 beta0=1",
    "pnm lr=0.2 beta1=0.9 beta0=3",
};
static const double covariance[] = {0.6, 0.6, 0.6, 0.6, 0.6, NAN};
enum { RULES = sizeof rules / sizeof *rules };

/* Both estimates of the same chains, over seeds: neither is biased, and each is as far
 * off as its standard error says (errors.h). */
static void both_estimates_are_honest_over_seeds(void **state)
{
    struct errors *errors = check_alloc(2 * PAIRS * RULES, sizeof *errors);
    (void)state;
    for (size_t k = 0; k < RULES; k++)
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            const struct sampling sampling = check_sampling(seed, 0.0005);
            struct comparison rows[PAIRS];
            measure(&sampling, rules[k], covariance[k], rows);
            for (size_t pair = 0; pair < PAIRS; pair++) {
                const struct evidence *e = &rows[pair].evidence;
                const size_t at = 2 * (k * PAIRS + pair);
                char what[80];
                snprintf(what, sizeof what, "%s, %zu", rules[k], pair);
                errors_add(&errors[at], what, e->measured, e->exact, e->se);
                snprintf(what, sizeof what, "%s, %zu, plain", rules[k], pair);
                errors_add(&errors[at + 1], what, e->plain, e->exact, e->plain_se);
                assert_true(e->decisive);
                CHECK_COMPARE(e->se, <, 1.6 * sampling.precision * e->exact_scale);
                CHECK_COMPARE(e->se, <, e->plain_se / 10);
            }
        }
    /* One by one: the pairs of a rule have the same chains. */
    for (size_t at = 0; at < 2 * PAIRS * RULES; at++)
        CHECK_ERRORS(errors + at, 1);
    free(errors);
}

/* A covariance that is 0 is measured by the spreads of its modes, the paper's by the
 * paper's. */
static void a_covariance_of_0_has_the_scale_of_its_modes(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.01);
    const struct rule rule = CHECK_RULE("pnm lr=0.1 beta1=0.9 beta0=1");
    struct comparison rows[PAIRS];
    (void)state;
    measure(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1", NAN, rows);
    for (int k = 0; k < PAIRS; k++) {
        const struct comparison *row = &rows[k];
        const double h_i = row->i == 0 ? 1 : 0.5, h_j = row->j == 0 ? 1 : 0.5;
        const double paper = sqrt(theory_paper(&rule, h_i, h_i, h_i)) *
                             sqrt(theory_paper(&rule, h_j, h_j, h_j));
        CHECK_NEAR(row->evidence.paper, row->i == row->j ? paper : 0, 1e-14, 0);
        CHECK_NEAR(row->evidence.paper_scale, paper, 1e-14, 0);
    }
}

/* A covariance that is small beside the variances is measured by its own size, and what
 * it costs without control variates is told; so is what it costs beyond the budget. */
static void a_small_covariance_is_measured_by_its_own_size(void **state)
{
    static const char rule[] = "sgd lr=0.1";
    struct sampling sampling = check_sampling(1, 0.001), plain = sampling;
    struct comparison rows[PAIRS], without[PAIRS], beyond[PAIRS];
    (void)state;
    plain.control = SAMPLING_CONTROL_NONE;
    plain.max_samples = 1; /* it is planned, and not run */
    measure(&sampling, rule, 1e-3, rows);
    measure(&plain, rule, 1e-3, without);
    const struct evidence *e = &rows[1].evidence;
    assert_int_equal(rows[1].verdicts.exact, VERDICT_HOLDS);
    assert_true(evidence_control(e));
    CHECK_COMPARE(e->se, <, 0.0016 * e->exact);
    assert_true(rows[1].plain_samples == without[1].plan.samples);
    CHECK_COMPARE(rows[1].plan.samples, <, without[1].plan.samples / 1e4);
    sampling.max_samples = rows[1].plan.samples;
    measure(&sampling, rule, 1e-3, beyond);
    assert_true(beyond[1].evidence.measured == e->measured);
    sampling.max_samples *= 0.999;
    measure(&sampling, rule, 1e-3, beyond);
    assert_false(beyond[1].evidence.sampled);
    assert_true(beyond[1].plan.samples == rows[1].plan.samples);
}

/* The fine precision is that of all pairs, where it pays. */
static void a_fine_precision_is_that_of_all_pairs(void **state)
{
    struct sampling sampling = check_sampling(1, 0.001),
                    plain = check_sampling(1, 1e-5);
    struct comparison usual[PAIRS], fine[PAIRS], without[PAIRS];
    (void)state;
    plain.control = SAMPLING_CONTROL_NONE;
    plain.max_samples = 1; /* it is planned, and not run */
    measure(&plain, rules[3], 0.6, without);
    measure(&sampling, rules[3], 0.6, usual);
    sampling.fine = 1e-5;
    measure(&sampling, rules[3], 0.6, fine);
    for (int pair = 0; pair < PAIRS; pair++) {
        CHECK_COMPARE(fine[pair].evidence.se, <, 1.6e-5 * fine[pair].evidence.exact);
        CHECK_COMPARE(fine[pair].plain_samples, >, 1e3 * usual[pair].plain_samples);
        CHECK_EXACT(fine[pair].plain_samples, without[pair].plan.samples);
    }
    sampling.fine = 1e-14;
    measure(&sampling, rules[3], 0.6, fine);
    for (int pair = 0; pair < PAIRS; pair++)
        CHECK_EXACT(fine[pair].evidence.measured, usual[pair].evidence.measured);
}

/* If the noise's covariance is not what the expectations take it for, by a thousandth,
 * the row fails. */
static void a_wrong_covariance_of_the_noise_fails(void **state)
{
    const struct sampling sampling = check_sampling(1, 1e-4);
    struct comparison rows[PAIRS];
    (void)state;
    measure(&sampling, rules[0], 0.6, rows);
    for (int pair = 0; pair < PAIRS; pair++) {
        struct evidence e = rows[pair].evidence;
        assert_int_equal(evidence_judge(&e).exact, VERDICT_HOLDS);
        e.exact *= 1.001;
        assert_int_equal(evidence_judge(&e).exact, VERDICT_FAILS);
    }
}

/* More modes than a step has room for beside their products: each has one filter, and
 * that still pays. The covariances are those of the theory. */
static void many_modes_have_control_variates(void **state)
{
    enum { MODES = 18 };
    const struct sampling sampling = check_sampling(1, 0.01);
    const struct rule rule = CHECK_RULE("pnm lr=0.02 beta1=0.9 beta0=1");
    struct comparison *rows = NULL;
    struct problem problem;
    struct error error;
    double h[MODES], c[MODES * MODES];
    size_t count;
    (void)state;
    for (size_t i = 0; i < MODES; i++) {
        h[i] = 0.5 + 0.05 * (double)i;
        for (size_t j = 0; j < MODES; j++)
            c[i * MODES + j] = i == j ? 1 : 0.5;
    }
    CHECK_OK(problem_init_dense(&problem, MODES, h, c, &error), &error);
    CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_PAIRS, NULL,
                                NULL, &rows, &count, &error),
             &error);
    assert_int_equal(count, MODES * (MODES + 1) / 2);
    for (size_t k = 0; k < count; k++) {
        const struct evidence *e = &rows[k].evidence;
        CHECK(e->decisive && fabs(e->measured - e->exact) < 4.89 * e->se,
              "%zu, %zu: %g, %g +- %g", rows[k].i, rows[k].j, e->exact, e->measured,
              e->se);
        CHECK_COMPARE(e->se, <, e->plain_se / 4);
        CHECK_COMPARE(rows[k].plan.samples, <, rows[k].plain_samples);
    }
    free(rows);
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_estimates_are_honest_over_seeds),
        cmocka_unit_test(a_covariance_of_0_has_the_scale_of_its_modes),
        cmocka_unit_test(a_small_covariance_is_measured_by_its_own_size),
        cmocka_unit_test(a_fine_precision_is_that_of_all_pairs),
        cmocka_unit_test(a_wrong_covariance_of_the_noise_fails),
        cmocka_unit_test(many_modes_have_control_variates),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
