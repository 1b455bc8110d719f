/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_companion.c: the linear rule that a rule resembles, filters at its poles, and
 * what control variates made of them do. */
#include "errors.h"

#include "engine/companion.h"
#include "engine/companion_plan.h"

/* One mode of curvature h with noise of variance c, started at `start`. */
static struct problem mode_of(double h, double c, double start)
{
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_mode(&problem, h, c, &error), &error);
    problem.start[0] = start;
    return problem;
}

static struct linear_system companion(const char *text, const struct problem *problem,
                                      uint64_t steps)
{
    const struct rule rule = CHECK_RULE("%s", text);
    const struct sampling sampling = check_sampling(1, 0.001);
    const struct ensemble ensemble = sampling_ensemble(&sampling, &rule, problem, NULL);
    struct linear_system system;
    struct error error;
    CHECK_OK(companion_of(&ensemble, 0, (struct chains){0, steps, steps / 2}, &system,
                          &error),
             &error);
    return system;
}

static void check_system(const struct linear_system *own,
                         const struct linear_system *other, double tolerance)
{
    assert_int_equal(own->dim, other->dim);
    for (int row = 0; row < own->dim; row++) {
        CHECK_NEAR((double)own->b[0][row], (double)other->b[0][row], 0, tolerance);
        for (int column = 0; column < own->dim; column++)
            CHECK_NEAR((double)own->e[row * own->dim + column],
                       (double)other->e[row * own->dim + column], 0, tolerance);
    }
}

/* The derivatives of a linear rule's step are its matrices. */
static void the_companion_of_a_linear_rule_is_the_rule(void **state)
{
    static const char *const rules[] = {"sgd lr=0.1", "heavy_ball lr=0.03 beta1=0.9",
                                        "pnm lr=0.1 beta1=0.9 beta0=1"};
    struct problem problem = mode_of(0.7, 2, 3);
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        const struct linear_system own = companion(rules[k], &problem, 500);
        struct linear_system exact;
        linear_system_probe(&rule, 0.7, &exact);
        check_system(&own, &exact, 1e-11);
    }
    problem_free(&problem);
}

/* At the minimum all of the state is 0, which tells nothing of its derivatives: the
 * first of 63 looks adds to what the noise does alone. */
static void a_state_of_zeros_is_not_looked_at(void **state)
{
    struct problem problem = mode_of(0.7, 2, 0);
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const struct sampling sampling = check_sampling(1, 0.001);
    const struct ensemble ensemble =
        sampling_ensemble(&sampling, &rule, &problem, NULL);
    struct linear_system system;
    struct error error;
    (void)state;
    CHECK_OK(companion_of(&ensemble, 0, (struct chains){0, 500, 0}, &system, &error),
             &error);
    assert_int_equal(system.dim, 1);
    CHECK_NEAR((double)system.e[0], -0.07 * 62 / 63, 1e-11, 0);
    CHECK_NEAR((double)system.b[0][0], -0.1, 1e-11, 0);
    problem_free(&problem);
}

/* An epsilon far above sqrt(v) makes the rate constant. */
static void a_constant_denominator_gives_the_momentum_of_its_rate(void **state)
{
    struct problem problem = mode_of(0.7, 2, 0);
    (void)state;
    const struct rule momentum =
        CHECK_RULE("heavy_ball lr=0.1 beta1=0.9 beta3=%.17g", 1 - 0.9);
    const struct linear_system own =
        companion("adam lr=1e6 epsilon=1e7", &problem, 3000);
    struct linear_system exact;
    linear_system_probe(&momentum, 0.7, &exact);
    check_system(&own, &exact, 1e-6);
    problem_free(&problem);
}

/* v and what moves it alone are no part of the companion; its rate is that of a v near
 * the variance of the gradient. */
static void what_carries_no_noise_to_theta_is_left_out(void **state)
{
    static const struct {
        const char *rule;
        int dim;
    } rules[] = {{"adam lr=0.01", 2},    {"adam lr=0.01 beta1=0", 1},
                 {"amsgrad lr=0.01", 2}, {"adabound lr=0.01", 2},
                 {"padam lr=0.01", 2},   {"yogi lr=0.01", 2},
                 {"radam lr=0.01", 2},   {"adapnm lr=0.01", 3}};
    struct problem problem = mode_of(1, 1, 3);
    (void)state;
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        const struct linear_system own = companion(rules[k].rule, &problem, 8192);
        CHECK(own.dim == rules[k].dim, "%s: dimension %d", rules[k].rule, own.dim);
    }
    const struct linear_system adam = companion("adam lr=0.01", &problem, 8192);
    CHECK_NEAR((double)adam.b[0][0], -0.001, 0, 2e-5);
    CHECK_NEAR((double)adam.b[0][1], 0.1, 0, 1e-11);
    problem_free(&problem);
}

static void some_modes_have_no_companion(void **state)
{
    struct problem noiseless = mode_of(1, 0, 3), moved = mode_of(1, 1, 0);
    struct problem linear;
    struct error error;
    (void)state;
    CHECK_OK(problem_init_linear(&linear, 1, 1, &error), &error);
    moved.theta_star[0] = 2;
    assert_int_equal(companion("adam lr=0.01", &noiseless, 1000).dim, 0);
    assert_int_equal(companion("two_batch lr=0.01", &moved, 1000).dim, 0);
    assert_int_equal(companion("adam lr=0.01", &moved, 1000).dim, 2);
    assert_int_equal(companion("adamw lr=0.01", &moved, 1000).dim, 0);
    assert_int_equal(companion("adam lr=0.01", &linear, 1000).dim, 0);
    assert_int_equal(companion("adam lr=1e308 epsilon=1e-300", &moved, 1000).dim, 0);
    problem_free(&noiseless);
    problem_free(&moved);
    problem_free(&linear);
}

static void filters_are_at_poles_and_at_0(void **state)
{
    struct problem problem = mode_of(1, 1, 0), strong = mode_of(1, 0.01, 0);
    struct error error;
    struct filters filters;
    (void)state;
    struct linear_system system = companion("adapnm lr=0.01", &problem, 4096);
    CHECK_OK(filters_of_companion(&system, &filters, &error), &error);
    assert_int_equal(filters.states, 3);
    assert_int_equal(filters.pair, 0);
    CHECK_NEAR(filters.re[0], 1 - 0.01 / sqrt(5), 0, 1e-3);
    CHECK_EXACT(filters.re[2], 0);
    system = companion("adam lr=0.01", &strong, 4096);
    CHECK_OK(filters_of_companion(&system, &filters, &error), &error);
    assert_int_equal(filters.states, 3);
    assert_int_equal(filters.pair, 1);
    CHECK_NEAR(filters.re[0] * filters.re[0] + filters.im * filters.im, 0.9, 0, 0.01);
    CHECK_EXACT(filters.re[2], 0);
    system.dim = 0;
    CHECK_OK(filters_of_companion(&system, &filters, &error), &error);
    assert_int_equal(filters.states, 0);
    system.dim = 2;
    system.e[0] = 1; /* unstable */
    CHECK_OK(filters_of_companion(&system, &filters, &error), &error);
    assert_int_equal(filters.states, 0);
    problem_free(&problem);
    problem_free(&strong);
}

/* Moments of chains that are given, with the control variates that they get. */
static void measure(const struct sampling *sampling, const char *text,
                    const struct problem *problem, struct chains chains,
                    struct control **control, struct moments *plain,
                    struct moments *controlled)
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct ensemble ensemble = sampling_ensemble(sampling, &rule, problem, NULL);
    struct moments theta;
    struct error error;
    CHECK_OK(companion_given(&ensemble, sampling, chains, control, &error), &error);
    ensemble.control = *control;
    CHECK_OK(ensemble_moments(&ensemble, &chains, &theta, plain, controlled, &error),
             &error);
}

/* Over seeds both estimates of the same chains are as far off as their errors say, and
 * they have the same mean (errors.h). The start is seen in what is recorded. */
static void both_estimates_are_honest_over_seeds(void **state)
{
    static const char *const rules[] = {"adam lr=0.2 beta2=0.9",
                                        "adapnm lr=0.2 beta2=0.95",
                                        "yogi lr=0.1 beta1=0 beta2=0.9"};
    enum { RULES = sizeof rules / sizeof *rules };
    struct errors *errors = check_alloc(2 * RULES, sizeof *errors);
    struct problem problem = mode_of(1, 1, 0.5);
    (void)state;
    for (size_t k = 0; k < RULES; k++) {
        double squares[2] = {0};
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(seed, 0.001);
            struct control *control;
            struct moments plain, controlled;
            sampling.threads = 1;
            measure(&sampling, rules[k], &problem, (struct chains){128, 1024, 32},
                    &control, &plain, &controlled);
            assert_non_null(control);
            errors_add(&errors[k], rules[k], controlled.mean, NAN,
                       moments_stderr(&controlled));
            errors_add(&errors[RULES + k], rules[k], plain.mean, controlled.mean,
                       moments_stderr(&plain));
            squares[0] += pow(moments_stderr(&controlled), 2);
            squares[1] += pow(moments_stderr(&plain), 2);
            free(control);
        }
        CHECK_COMPARE(squares[0], <, squares[1] / 4);
    }
    CHECK_ERRORS(errors, RULES);
    CHECK_ERRORS(errors + RULES, RULES);
    problem_free(&problem);
    free(errors);
}

/* Where the rate is constant the exact variance is known, so that an expectation that
 * is 1 % off would show. */
static void the_mean_is_exact_where_it_is_known(void **state)
{
    struct problem problem = mode_of(1, 1, 0);
    struct errors *errors = check_alloc(2, sizeof *errors);
    const double a = 0.1, beta = 0.9, noise[3] = {1, 1, 1};
    const struct rule momentum =
        CHECK_RULE("heavy_ball lr=%.17g beta1=%.17g beta3=%.17g", a, beta, 1 - beta);
    struct linear_system system;
    struct plan_law law;
    struct error error;
    (void)state;
    linear_system_probe(&momentum, 1, &system);
    CHECK_OK(plan_law_init(&law, &system, &system, noise, 0, 0, &error), &error);
    for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
        struct sampling sampling = check_sampling(seed, 0.001);
        struct control *control;
        struct moments plain, controlled;
        sampling.threads = 1;
        measure(&sampling, "adam lr=1e8 epsilon=1e9", &problem,
                (struct chains){128, 768, 512}, &control, &plain, &controlled);
        const double se = moments_stderr(&controlled);
        errors_add(&errors[0], "controlled", controlled.mean, law.s_ii[0], se);
        errors_add(&errors[1], "plain", plain.mean, law.s_ii[0],
                   moments_stderr(&plain));
        CHECK_COMPARE(se, <, moments_stderr(&plain) / 10);
        free(control);
    }
    CHECK_ERRORS(errors, 1);
    CHECK_ERRORS(errors + 1, 1);
    problem_free(&problem);
    free(errors);
}

/* The chains of a pilot are not those that are measured afterwards. */
static void a_pilot_has_numbers_of_its_own(void **state)
{
    struct problem problem = mode_of(1, 1, 0);
    const struct sampling sampling = check_sampling(1, 0.001);
    const struct rule rule = CHECK_RULE("adam lr=0.1");
    const struct chains chains = {COMPANION_CHAINS, 1024, 512};
    struct ensemble ensemble = sampling_ensemble(&sampling, &rule, &problem, NULL);
    struct session clock = session_clock(NULL);
    struct control control;
    struct companion_pilot pilot;
    struct moments theta, plain, controlled;
    struct error error;
    (void)state;
    CHECK_OK(companion_filters(&ensemble, chains, &clock, &control, &error), &error);
    CHECK_OK(companion_fit(&ensemble, chains, &clock, &control, &pilot, &error),
             &error);
    ensemble.control = &control;
    CHECK_OK(ensemble_moments(&ensemble, &chains, &theta, &plain, &controlled, &error),
             &error);
    assert_true(companion_any(&control, 1));
    const double apart = fabs(pilot.second - controlled.mean);
    const double se =
        hypot(sqrt(pilot.variance / COMPANION_CHAINS), moments_stderr(&controlled));
    CHECK_COMPARE(apart, >, se / 1000);
    CHECK_COMPARE(apart, <, 5 * se);
    problem_free(&problem);
}

/* The pilot takes half of the steps at most, and its filters must halve the variance:
 * a rule whose steps are far larger than its noise is not like a linear one. */
static void what_does_not_pay_stays_plain(void **state)
{
    struct problem problem = mode_of(1, 1, 0);
    struct sampling sampling = check_sampling(1, 0.001);
    const struct rule rule = CHECK_RULE("adam lr=0.1");
    const struct rule linear = CHECK_RULE("sgd lr=0.1");
    (void)state;
    for (int k = 0; k < 4; k++) {
        const char *const text = k == 2 ? "adam lr=30 beta1=0 beta2=0" : "adam lr=0.1";
        const struct chains chains = {k == 1 ? 127 : 128, 512, k == 3 ? 512 : 64};
        struct control *control = NULL;
        const struct rule own = CHECK_RULE("%s", text);
        const struct ensemble ensemble =
            sampling_ensemble(&sampling, &own, &problem, NULL);
        struct error error;
        CHECK_OK(companion_given(&ensemble, &sampling, chains, &control, &error),
                 &error);
        CHECK((control != NULL) == (k == 0), "case %d", k);
        assert_true(companion_any(control, 1) == (k == 0));
        free(control);
    }
    assert_true(companion_may(&sampling, &rule, &problem));
    sampling.chains = PLAN_FEWEST - 1;
    assert_false(companion_may(&sampling, &rule, &problem));
    sampling.chains = PLAN_FEWEST;
    sampling.control = SAMPLING_CONTROL_NONE;
    assert_false(companion_may(&sampling, &rule, &problem));
    sampling.control = SAMPLING_CONTROL_AUTO;
    assert_false(companion_may(&sampling, &linear, &problem));
    problem_free(&problem);
}

static void no_filter_is_looked_for_after_the_time(void **state)
{
    struct problem problem = mode_of(1, 1, 0);
    struct sampling sampling = check_sampling(1, 0.001);
    struct session session;
    struct control *control;
    struct error error;
    const struct rule rule = CHECK_RULE("adam lr=0.1");
    (void)state;
    CHECK_OK(session_init(&session, "", &error), &error);
    session.max_seconds = 0;
    sampling.session = &session;
    const struct ensemble ensemble =
        sampling_ensemble(&sampling, &rule, &problem, NULL);
    CHECK_OK(companion_given(&ensemble, &sampling, (struct chains){128, 512, 64},
                             &control, &error),
             &error);
    assert_null(control);
    session_free(&session);
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_companion_of_a_linear_rule_is_the_rule),
        cmocka_unit_test(a_state_of_zeros_is_not_looked_at),
        cmocka_unit_test(a_constant_denominator_gives_the_momentum_of_its_rate),
        cmocka_unit_test(what_carries_no_noise_to_theta_is_left_out),
        cmocka_unit_test(some_modes_have_no_companion),
        cmocka_unit_test(filters_are_at_poles_and_at_0),
        cmocka_unit_test(both_estimates_are_honest_over_seeds),
        cmocka_unit_test(the_mean_is_exact_where_it_is_known),
        cmocka_unit_test(a_pilot_has_numbers_of_its_own),
        cmocka_unit_test(what_does_not_pay_stays_plain),
        cmocka_unit_test(no_filter_is_looked_for_after_the_time),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
