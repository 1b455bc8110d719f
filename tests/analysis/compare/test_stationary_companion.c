/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stationary_companion.c: variances of rules that are not linear, with control
 * variates. */
#include "check.h"

#include "compare/stationary.h"

/* NOLINTNEXTLINE(bugprone-suspicious-include): a plan that does not pay is made up */
#include "../../../analysis/compare/stationary_companion.c"

enum { MODES = 2 };
static const double curvature[MODES] = {1, 0.5};

/* Measures the variances of both modes, or their sum, with unit noise. */
static void measure_modes(const struct sampling *sampling, const char *text,
                          const double h[MODES], enum stationary_elements elements,
                          struct comparison own[MODES])
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct comparison *rows = NULL;
    struct problem problem;
    struct error error;
    size_t count;
    CHECK_OK(problem_init(&problem, MODES, h, &error), &error);
    for (int i = 0; i < MODES; i++)
        problem.noise[i] = 1;
    CHECK_OK(stationary_compare(sampling, &rule, &problem, elements, NULL, NULL, &rows,
                                &count, &error),
             &error);
    assert_int_equal(count, MODES);
    memcpy(own, rows, count * sizeof *own);
    problem_free(&problem);
    free(rows);
}

static void measure(const struct sampling *sampling, const char *text,
                    struct comparison own[MODES])
{
    measure_modes(sampling, text, curvature, STATIONARY_DIAGONAL, own);
}

static struct sampling plainly(struct sampling sampling)
{
    sampling.control = SAMPLING_CONTROL_NONE;
    return sampling;
}

/* A plan with control variates reaches the precision in far fewer steps, agrees with
 * the plain one, and says what that takes. */
static void plans_reach_the_precision(void **state)
{
    static const char *const rules[] = {"adam lr=0.1 beta2=0.99",
                                        "adapnm lr=0.1 beta2=0.99"};
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        const struct sampling sampling = check_sampling(1, 0.003);
        struct sampling plain = plainly(sampling);
        struct comparison with[MODES], without[MODES], planned[MODES];
        measure(&sampling, rules[k], with);
        plain.max_samples = 1; /* it is planned, and not run */
        measure(&plain, rules[k], planned);
        plain.max_samples = sampling.max_samples;
        plain.precision = 0.01;
        measure(&plain, rules[k], without);
        for (int i = 0; i < MODES; i++) {
            const struct evidence *e = &with[i].evidence, *other = &without[i].evidence;
            assert_true(e->sampled && e->decisive);
            assert_true(e->count >= PLAN_FEWEST);
            CHECK_COMPARE(e->se, <, 1.6 * sampling.precision * e->measured);
            CHECK_COMPARE(e->se, <, e->plain_se / 3);
            CHECK_COMPARE(with[i].plan.samples, <, planned[i].plan.samples / 2);
            CHECK_EXACT(with[i].plain_samples, planned[i].plan.samples);
            CHECK_Z(rules[k],
                    (e->measured - other->measured) / hypot(e->se, other->se));
            CHECK_EXACT(other->measured, other->plain);
            /* The pilots are counted. */
            CHECK_COMPARE(with[i].plan.samples, >,
                          (double)e->count * (double)with[i].plan.chains.steps);
        }
    }
}

/* A rule that settles runs longer than without control variates, because the errors
 * beside which the start must be small are smaller; steps that are given are kept. */
static void the_start_is_small_beside_the_smaller_error(void **state)
{
    struct sampling sampling = check_sampling(1, 0.003);
    struct comparison with[MODES], without[MODES];
    (void)state;
    for (int given = 0; given <= 1; given++) {
        struct sampling plain = plainly(sampling);
        plain.max_samples = 1; /* it is planned, and not run */
        measure(&sampling, "adam lr=0.1", with);
        measure(&plain, "adam lr=0.1", without);
        const struct chains *chains = &with[0].plan.chains;
        assert_true(with[0].evidence.se < with[0].evidence.plain_se / 3);
        if (given)
            assert_int_equal(chains->steps, sampling.steps);
        else
            assert_true(chains->steps >= 2 * without[0].plan.chains.steps);
        assert_int_equal(chains->burn_in, chains->steps / 2);
        sampling.steps = 3000;
    }
}

/* The bounds of AdaBound close as slowly as 1/t. Errors near 1 % do not show that, and
 * the far smaller ones with control variates do for as long as it could pay. */
static void a_rule_that_does_not_settle_stays_plain(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.01);
    struct comparison rows[MODES];
    (void)state;
    measure(&sampling, "adabound lr=0.1 convention=torch final-lr=0.3 bound-gamma=0.03",
            rows);
    for (int i = 0; i < MODES; i++) {
        assert_true(rows[i].evidence.sampled);
        CHECK_EXACT(rows[i].evidence.measured, rows[i].evidence.plain);
        assert_int_equal(rows[i].evidence.count, PLAN_CHAINS);
    }
}

/* Given chains and steps are kept, and the plain estimate is the one without. */
static void given_work_is_kept(void **state)
{
    struct sampling sampling = check_sampling(2, 0.001);
    struct comparison with[MODES], without[MODES];
    (void)state;
    sampling.chains = 128;
    sampling.steps = 2000;
    const struct sampling plain = plainly(sampling);
    measure(&sampling, "adam lr=0.1", with);
    measure(&plain, "adam lr=0.1", without);
    for (int i = 0; i < MODES; i++) {
        CHECK_EXACT(with[i].evidence.plain, without[i].evidence.measured);
        CHECK_EXACT(with[i].evidence.plain_se, without[i].evidence.se);
        assert_int_equal(with[i].evidence.count, 128);
        CHECK_COMPARE(with[i].evidence.se, <, with[i].evidence.plain_se / 3);
    }
    sampling.chains = 127;
    measure(&sampling, "adam lr=0.1", with);
    CHECK_EXACT(with[0].evidence.plain, with[0].evidence.measured);
}

static void threads_change_no_bit(void **state)
{
    double first[3 * MODES] = {0};
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        struct sampling sampling = check_sampling(1, 0.003);
        struct comparison rows[MODES];
        double own[3 * MODES];
        sampling.threads = threads;
        measure(&sampling, "amsgrad lr=0.1", rows);
        for (int i = 0; i < MODES; i++) {
            own[3 * i] = rows[i].evidence.measured;
            own[3 * i + 1] = rows[i].evidence.se;
            own[3 * i + 2] = rows[i].evidence.plain;
        }
        if (threads == 1)
            memcpy(first, own, sizeof own);
        CHECK_SAME(own, first, 3 * MODES);
    }
}

/* The budget is that of the pilots and the run after them. */
static void the_pilots_are_part_of_the_budget(void **state)
{
    struct sampling sampling = check_sampling(1, 0.003);
    struct comparison rows[MODES];
    (void)state;
    measure(&sampling, "amsgrad lr=0.1", rows);
    sampling.max_samples = fmin(rows[0].plan.samples, rows[1].plan.samples) * 0.999;
    measure(&sampling, "amsgrad lr=0.1", rows);
    for (int i = 0; i < MODES; i++)
        assert_false(rows[i].evidence.sampled);
}

/* Filters are kept where less remains to be sampled with them than without, by one
 * sample; a mode without filters keeps its plan. */
static void what_does_not_pay_stays_plain(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.01);
    struct companion_pilot pilot = {.second = 1, .variance = 1};
    const struct pilots pilots = {
        .chains = {.burn_in = 10, .steps = 100}, .last = &pilot, .steps = 5000};
    const double samples = 5000 + 100 * (double)(1 << 14); /* 1.3 / 0.01^2 chains */
    (void)state;
    for (int k = 0; k < 4; k++) {
        struct control control = {.filters = {.states = k < 3}};
        struct stationary_job job = {
            .plan = {.samples = k == 1 ? samples : samples + 1}};
        struct stationary_work work = {.sampling = &sampling, .jobs = &job};
        pilot.second = k == 2 ? 0 : 1;
        plan_mode(&work, &pilots, 0, &control);
        assert_int_equal(control.filters.states, k == 0);
        CHECK_EXACT(job.plan.samples, k == 1 || k == 0 ? samples : samples + 1);
        assert_int_equal(job.plan.chains.count, k == 0 ? 1 << 14 : 0);
    }
}

/* The parts of a sum are sampled if all of them together are within the budget; of
 * variances each has it for itself. */
static void the_parts_of_a_sum_share_the_budget(void **state)
{
    static const char rule[] = "amsgrad lr=0.1";
    struct sampling sampling = check_sampling(1, 0.003);
    struct comparison rows[MODES];
    (void)state;
    measure_modes(&sampling, rule, curvature, STATIONARY_SUM, rows);
    const double all = rows[0].plan.samples + rows[1].plan.samples;
    for (int k = 0; k < 3; k++) {
        sampling.max_samples = all * (k == 1 ? 1.001 : 0.999);
        measure_modes(&sampling, rule, curvature,
                      k < 2 ? STATIONARY_SUM : STATIONARY_DIAGONAL, rows);
        for (int i = 0; i < MODES; i++)
            assert_int_equal(rows[i].evidence.sampled, k > 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_reach_the_precision),
        cmocka_unit_test(the_start_is_small_beside_the_smaller_error),
        cmocka_unit_test(a_rule_that_does_not_settle_stays_plain),
        cmocka_unit_test(given_work_is_kept),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(the_pilots_are_part_of_the_budget),
        cmocka_unit_test(what_does_not_pay_stays_plain),
        cmocka_unit_test(the_parts_of_a_sum_share_the_budget),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
