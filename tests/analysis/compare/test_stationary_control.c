/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stationary_control.c: estimates with control variates are as honest as plain
 * ones. */
#include "errors.h"

#include "compare/stationary.h"

static struct comparison measured(const struct sampling *sampling, const char *text)
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct comparison row;
    struct error error;
    CHECK_OK(stationary_mode(sampling, &rule, 1, 1, NULL, &row, &error), &error);
    return row;
}

/* Both estimates of the same chains, over seeds: neither is biased, and each is as far
 * off as its standard error says (errors.h). */
static void both_estimates_are_honest_over_seeds(void **state)
{
    static const char *const rules[] = {
        "sgd lr=0.5",
        "sgd lr=1.8",
        "heavy_ball lr=0.1 beta1=0.9 beta3=0.1",
        "heavy_ball lr=0.01 beta1=0.9 beta3=0.1",
        "nesterov lr=0.1 beta1=0.9",
        "pnm lr=0.1 beta1=0.9 beta0=1",
        "pnm lr=1 beta1=0.9 beta0=1",
        "aggmo lr=0.1",
        "two_batch lr=0.3 beta0=1",
    };
    enum { RULES = sizeof rules / sizeof *rules };
    struct errors *errors = check_alloc(2 * RULES, sizeof *errors);
    (void)state;
    for (size_t k = 0; k < RULES; k++)
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            /* 128 chains of 40 correlation times or more. */
            struct sampling sampling = check_sampling(seed, 0.001);
            char plain[80];
            sampling.chains = 128;
            sampling.steps = 1 << 13;
            const struct comparison row = measured(&sampling, rules[k]);
            const struct evidence *e = &row.evidence;
            snprintf(plain, sizeof plain, "%s, plain", rules[k]);
            errors_add(&errors[k], rules[k], e->measured, e->exact, e->se);
            errors_add(&errors[RULES + k], plain, e->plain, e->exact, e->plain_se);
            CHECK_COMPARE(e->se, <, e->plain_se / 20);
        }
    CHECK_ERRORS(errors, RULES);
    CHECK_ERRORS(errors + RULES, RULES);
    free(errors);
}

/* What is planned keeps its promise, and is decisive. */
static void plans_reach_the_precision(void **state)
{
    static const char *const rules[] = {"sgd lr=0.01", "heavy_ball lr=0.02 beta1=0.9",
                                        "pnm lr=0.001 beta1=0.9 beta0=70"};
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
        for (int digits = 2; digits <= 4; digits++) {
            const struct sampling sampling = check_sampling(3, pow(10, -digits));
            const struct comparison row = measured(&sampling, rules[k]);
            const struct evidence *e = &row.evidence;
            assert_true(e->decisive && e->sampled);
            assert_int_equal(row.verdicts.exact, VERDICT_HOLDS);
            assert_true(e->count >= PLAN_FEWEST);
            /* The pilot tells the residual's deviation to 9 %, and how it falls with
             * the steps is assumed. */
            CHECK_COMPARE(e->se, <, 1.6 * sampling.precision * e->exact);
            CHECK_COMPARE(row.plan.samples, <=, row.plain_samples);
            CHECK_COMPARE(e->bias, <=, e->se / 10);
        }
}

/* Where the residual decides how long chains are, the precision is reached on average
 * over seeds: the pilot's residual alone would promise too much. */
static void plans_reach_the_precision_on_average(void **state)
{
    static const char *const rules[] = {"sgd lr=0.01", "heavy_ball lr=0.01 beta1=0.9",
                                        "pnm lr=0.02 beta1=0.9 beta0=1"};
    enum { SEEDS = 100 };
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        double squares = 0;
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct sampling sampling = check_sampling(seed, 5e-5);
            const struct comparison row = measured(&sampling, rules[k]);
            const double reached =
                row.evidence.se / (sampling.precision * row.evidence.exact);
            squares += reached * reached / SEEDS;
        }
        CHECK_COMPARE(squares, <, 1.2);
        CHECK_COMPARE(squares, >, 0.4);
    }
}

/* A fine precision is taken where it costs no more than the plain plan of the usual
 * one, and only there; the plain cost that a row tells is then that of the fine one. */
static void a_fine_precision_costs_no_more(void **state)
{
    static const char rule[] = "pnm lr=0.1 beta1=0.9 beta0=1";
    struct sampling usual = check_sampling(3, 0.001), fine = usual, finest = usual;
    struct sampling plain = usual;
    (void)state;
    fine.fine = 2e-4;
    finest.fine = 1e-7; /* within the budget, but not within the plain plan */
    plain.control = SAMPLING_CONTROL_NONE;
    plain.max_samples = 1; /* it is planned, and not run */
    const struct comparison at_usual = measured(&usual, rule),
                            at_fine = measured(&fine, rule),
                            at_finest = measured(&finest, rule),
                            as_usual = measured(&plain, rule);
    plain.precision = fine.fine;
    const struct comparison as_fine = measured(&plain, rule);
    CHECK_COMPARE(at_fine.evidence.se, <, 1.6 * fine.fine * at_fine.evidence.exact);
    CHECK_COMPARE(at_fine.plan.samples, <=, as_usual.plan.samples);
    assert_false(as_fine.evidence.sampled);
    assert_true(at_fine.plain_samples == as_fine.plan.samples);
    assert_true(at_fine.evidence.plain_samples == at_fine.plain_samples);
    assert_true(at_usual.plain_samples == as_usual.plan.samples);
    assert_true(at_finest.evidence.measured == at_usual.evidence.measured);
    assert_true(at_finest.plan.samples == at_usual.plan.samples);
    assert_true(at_finest.plain_samples == at_usual.plain_samples);
}

/* A generator whose variance is 1e-3 off acts as noise of that variance. What control
 * variates know of the noise would hide it; a plain row shows it. */
static void a_wrong_variance_of_the_noise_fails_a_plain_row(void **state)
{
    (void)state;
    for (int wrong = 0; wrong <= 1; wrong++) {
        struct sampling sampling = check_sampling(1, 1e-4);
        const struct rule rule = CHECK_RULE("sgd lr=0.5");
        struct comparison row;
        struct error error;
        sampling.control = SAMPLING_CONTROL_NONE;
        CHECK_OK(
            stationary_mode(&sampling, &rule, 1, wrong ? 1.001 : 1, NULL, &row, &error),
            &error);
        struct evidence e = row.evidence;
        e.exact = e.exact_scale = 1.0 / 3;
        assert_int_equal(evidence_judge(&e).exact,
                         wrong ? VERDICT_FAILS : VERDICT_HOLDS);
    }
}

/* Without control variates the chains are the same, and so is what they give. */
static void the_plain_estimate_is_the_one_without_control(void **state)
{
    struct sampling sampling = check_sampling(2, 0.001);
    (void)state;
    sampling.chains = 100;
    sampling.steps = 4000;
    const struct comparison with = measured(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1");
    sampling.control = SAMPLING_CONTROL_NONE;
    sampling.burn_in = with.plan.chains.burn_in;
    const struct comparison without =
        measured(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1");
    CHECK_EXACT(with.evidence.plain, without.evidence.measured);
    CHECK_EXACT(with.evidence.plain_se, without.evidence.se);
    CHECK_EXACT(without.evidence.plain, without.evidence.measured);
    assert_true(with.evidence.measured != with.evidence.plain);
}

static void threads_change_no_bit(void **state)
{
    double first[3] = {0};
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        struct sampling sampling = check_sampling(1, 0.001);
        sampling.threads = threads;
        sampling.chains = 500;
        sampling.steps = 2000;
        const struct comparison row =
            measured(&sampling, "heavy_ball lr=0.1 beta1=0.9");
        const double own[3] = {row.evidence.measured, row.evidence.se,
                               row.evidence.plain};
        if (threads == 1)
            memcpy(first, own, sizeof own);
        for (int k = 0; k < 3; k++)
            CHECK_EXACT(own[k], first[k]);
    }
}

/* Fewer chains than control variates need, or steps too few for a pilot beside them. */
static void chains_that_are_few_are_measured_plainly(void **state)
{
    static const uint64_t given[][2] = {{40, 1 << 16}, {64, 300}};
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct sampling sampling = check_sampling(1, 0.002);
        sampling.chains = given[k][0];
        sampling.steps = given[k][1];
        const struct comparison row = measured(&sampling, "sgd lr=0.01");
        CHECK_EXACT(row.evidence.measured, row.evidence.plain);
        assert_int_equal(row.evidence.count, given[k][0]);
    }
}

/* The budget is that of the pilot and the run after it. */
static void the_pilot_is_part_of_the_budget(void **state)
{
    struct sampling sampling = check_sampling(1, 0.001);
    (void)state;
    const double needed =
        measured(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1").plan.samples;
    sampling.max_samples = needed;
    assert_true(measured(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1").evidence.sampled);
    sampling.max_samples = needed * 0.999;
    const struct comparison row = measured(&sampling, "pnm lr=0.1 beta1=0.9 beta0=1");
    assert_false(row.evidence.sampled);
    assert_int_equal(row.verdicts.exact, VERDICT_NOT_SAMPLED);
}

/* --- sums ------------------------------------------------------------------------- */

static struct evidence excess(struct sampling *sampling, size_t n, double precision,
                              double *samples)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.5");
    struct comparison *rows = NULL;
    struct problem problem;
    struct error error;
    size_t count;
    double *h = check_alloc(n, sizeof *h);
    for (size_t i = 0; i < n; i++)
        h[i] = 1 / (double)(i + 1);
    CHECK_OK(problem_init(&problem, n, h, &error), &error);
    for (size_t i = 0; i < n; i++)
        problem.noise[i] = h[i];
    CHECK_OK(stationary_excess_share(&rule, &problem, precision, &sampling->precision,
                                     &error),
             &error);
    sampling->precision_given = true;
    CHECK_OK(stationary_compare(sampling, &rule, &problem, STATIONARY_SUM, NULL, NULL,
                                &rows, &count, &error),
             &error);
    *samples = 0;
    for (size_t i = 0; i < count; i++)
        *samples += rows[i].plan.samples;
    const struct evidence e = stationary_excess(rows, count, false);
    problem_free(&problem);
    free(rows);
    free(h);
    return e;
}

/* A sum over modes is planned for the sum, its budget is that of all modes, and its
 * error is right over seeds though its parts have few chains. */
static void a_sum_is_planned_for_the_sum(void **state)
{
    struct errors *errors = check_alloc(2, sizeof *errors);
    double samples;
    (void)state;
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        struct sampling sampling = check_sampling(seed, 0);
        struct evidence e = excess(&sampling, 40, 0.01, &samples);
        errors_add(&errors[0], "40 modes", e.measured, e.exact, e.se);
        assert_true(e.decisive);
        CHECK_COMPARE(e.se, <, 1.3 * 0.01 * e.exact);
        sampling.control = SAMPLING_CONTROL_NONE;
        e = excess(&sampling, 40, 0.02, &samples);
        errors_add(&errors[1], "40 modes, plain", e.measured, e.exact, e.se);
        CHECK_COMPARE(e.se, <, 1.3 * 0.02 * e.exact);
    }
    CHECK_ERRORS(errors, 2);
    free(errors);
    struct sampling sampling = check_sampling(1, 0);
    excess(&sampling, 40, 0.01, &samples);
    sampling.max_samples = samples;
    assert_true(excess(&sampling, 40, 0.01, &samples).sampled);
    sampling.max_samples = samples / 2;
    assert_false(excess(&sampling, 40, 0.01, &samples).sampled);
}

/* The coordinate-steps of a sum over four modes; all must be sampled. */
static double steps_of_a_sum(const struct sampling *sampling)
{
    enum { MODES = 4 };
    static const double curvature[MODES] = {1, 0.5, 0.25, 0.125};
    const struct rule rule = CHECK_RULE("pnm lr=0.1 beta1=0.9 beta0=1");
    struct problem problem;
    struct comparison *rows = NULL;
    struct error error;
    size_t count = 0;
    double samples = 0;
    CHECK_OK(problem_init(&problem, MODES, curvature, &error), &error);
    for (size_t i = 0; i < MODES; i++)
        problem.noise[i] = 1;
    CHECK_OK(stationary_compare(sampling, &rule, &problem, STATIONARY_SUM, NULL, NULL,
                                &rows, &count, &error),
             &error);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].evidence.sampled);
        samples += rows[i].plan.samples;
    }
    free(rows);
    problem_free(&problem);
    return samples;
}

/* No mode of a sum spends what the others need on the fine precision. */
static void a_fine_precision_leaves_a_sum_its_budget(void **state)
{
    struct sampling usual = check_sampling(3, 0.01), fine = usual;
    (void)state;
    fine.fine = 1e-5;
    const double least = steps_of_a_sum(&usual), most = steps_of_a_sum(&fine);
    CHECK_COMPARE(least, <, most);
    for (int k = 0; k <= 4; k++) {
        fine.max_samples = least + k * (most - least) / 4;
        CHECK_COMPARE(steps_of_a_sum(&fine), <=, fine.max_samples);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_estimates_are_honest_over_seeds),
        cmocka_unit_test(plans_reach_the_precision),
        cmocka_unit_test(plans_reach_the_precision_on_average),
        cmocka_unit_test(a_fine_precision_costs_no_more),
        cmocka_unit_test(a_wrong_variance_of_the_noise_fails_a_plain_row),
        cmocka_unit_test(the_plain_estimate_is_the_one_without_control),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(chains_that_are_few_are_measured_plainly),
        cmocka_unit_test(the_pilot_is_part_of_the_budget),
        cmocka_unit_test(a_sum_is_planned_for_the_sum),
        cmocka_unit_test(a_fine_precision_leaves_a_sum_its_budget),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
