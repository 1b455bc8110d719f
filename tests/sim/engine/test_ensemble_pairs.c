/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ensemble_pairs.c: control variates of coupled modes have the expectations that
 * are stated, and change nothing of what is measured without them. */
#include "check.h"

#include "engine/ensemble_pairs.h"
#include "engine/sampling.h"

enum { MODES = 2, PAIRS = 3 };

/* --- expectations ----------------------------------------------------------------- */

static const struct filters shapes[] = {
    {.states = 1, .re = {0.9375}},
    {.states = 2, .re = {0.75, -0.5}},
    {.states = 3, .re = {0.99609375, 0.75, -0.5}},
    {.states = 2, .pair = 1, .re = {0.875, 0.875}, .im = 0.375},
    {.states = 3, .pair = 1, .re = {0.25, 0.25, 0.9375}, .im = 0.9375},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

/* The response of state s to a unit of noise `lag` steps ago. */
static long double response(const struct filters *own, int s, uint64_t lag)
{
    long double u = 1, v = 0;
    if (!own->pair || s > 1)
        return powl(own->re[s], (long double)lag);
    for (uint64_t k = 0; k < lag; k++) {
        const long double next = own->re[0] * u - own->im * v;
        v = own->re[0] * v + own->im * u;
        u = next;
    }
    return s == 0 ? u : v;
}

static void expectations_are_sums_over_the_past(void **state)
{
    static const uint64_t window[][2] = {{0, 1}, {0, 10}, {3, 4}, {20, 90}};
    const double noise = -0.7;
    (void)state;
    for (int a = 0; a < SHAPES; a++)
        for (int b = 0; b < SHAPES; b++)
            for (size_t w = 0; w < sizeof window / sizeof *window; w++) {
                const uint64_t burn_in = window[w][0], steps = window[w][1];
                const struct filters *i = &shapes[a], *j = &shapes[b];
                double mean[CONTROL_PAIR_PRODUCTS], apart[CONTROL_PAIR_PRODUCTS];
                filters_pair_mean(i, j, 1, noise, burn_in, steps, mean);
                filters_pair_mean(i, j, 2, noise, burn_in, steps, apart);
                for (int r = 0; r < i->states; r++)
                    for (int s = 0; s < j->states; s++) {
                        long double sum = 0;
                        for (uint64_t t = burn_in + 1; t <= steps; t++)
                            for (uint64_t lag = 0; lag < t; lag++)
                                sum += response(i, r, lag) * response(j, s, lag);
                        const double exact =
                            noise * (double)(sum / (long double)(steps - burn_in));
                        const int product = r * j->states + s;
                        CHECK_NEAR(mean[product], exact, 1e-13, 1e-14);
                        CHECK_NEAR(apart[product], r == s ? exact : 0, 1e-13, 1e-14);
                    }
            }
}

/* --- chains ----------------------------------------------------------------------- */

/* Two modes with correlated noise, or with noise of their own. */
static void make_problem(bool dense, struct problem *problem)
{
    static const double h[MODES] = {1, 0.5}, c[MODES * MODES] = {1, 0.6, 0.6, 0.5};
    struct error error;
    if (dense) {
        CHECK_OK(problem_init_dense(problem, MODES, h, c, &error), &error);
        return;
    }
    CHECK_OK(problem_init(problem, MODES, h, &error), &error);
    problem->noise[0] = 2;
    problem->noise[1] = 0.3;
}

struct result {
    struct moments plain[PAIRS], controlled[PAIRS];
};

static const struct chains run = {200, 700, 300};

/* Measures the pairs of a rule with filters at its poles and coefficients of a pilot.
 */
static void measure(const char *text, bool dense, int threads, struct result *result)
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct sampling sampling = check_sampling(1, 0.01);
    struct problem problem;
    struct control control[MODES] = {0};
    struct control_pair pairs[PAIRS] = {0};
    struct control_fit fit[PAIRS];
    struct covariance_groups groups = {.count = 5};
    struct error error;
    make_problem(dense, &problem);
    sampling.threads = threads;
    struct ensemble ensemble = sampling_ensemble(&sampling, &rule, &problem, NULL);
    for (int i = 0; i < MODES; i++) {
        struct linear_system system;
        linear_system_probe(&rule, problem.h[i], &system);
        CHECK_OK(filters_of(&system, &control[i].filters, &error), &error);
        assert_true(control[i].filters.states > 0);
    }
    ensemble.control = control;
    ensemble.pilot = true;
    CHECK_OK(ensemble_pairs_fit(&ensemble, (struct chains){64, 700, 300}, fit, &error),
             &error);
    ensemble.pilot = false;
    for (size_t i = 0; i < MODES; i++)
        for (size_t j = i; j < MODES; j++) {
            const size_t pair = ensemble_pair(MODES, i, j);
            double residual;
            assert_int_equal(fit[pair].count, 64);
            control_fit_products(&fit[pair], ensemble_pairs_products(control, i, j),
                                 pairs[pair].coefficient, &residual);
        }
    ensemble.pairs = pairs;
    CHECK_OK(ensemble_pairs_covariance(&ensemble, run, result->plain,
                                       result->controlled, &groups, &error),
             &error);
    /* The groups are of the controlled values, 5 of 40 chains. */
    assert_int_equal(groups.count, 5);
    for (size_t pair = 0; pair < PAIRS; pair++) {
        double mean = 0;
        for (size_t g = 0; g < groups.count; g++)
            mean += groups.mean[g * PAIRS + pair] / 5;
        CHECK_NEAR(mean, result->controlled[pair].mean, 1e-12, 0);
    }
    free(groups.mean);
    problem_free(&problem);
}

static const char *const rules[] = {
    "sgd lr=0.1",
    "heavy_ball lr=0.1 beta1=0.9 beta3=1", /* complex poles */
    "pnm lr=0.3 beta0=1 beta1=0.9",
    "two_batch lr=0.2 beta0=1",
};
enum { RULES = sizeof rules / sizeof *rules };

/* The same chains give the same plain estimates; what is left of the spread is small.
 */
static void plain_estimates_are_those_without_filters(void **state)
{
    (void)state;
    for (int k = 0; k < RULES; k++)
        for (int dense = 0; dense <= 1; dense++) {
            const struct rule rule = CHECK_RULE("%s", rules[k]);
            const struct sampling sampling = check_sampling(1, 0.01);
            struct result with;
            struct moments without[PAIRS];
            struct problem problem;
            struct error error;
            measure(rules[k], dense, 1, &with);
            make_problem(dense, &problem);
            const struct ensemble ensemble =
                sampling_ensemble(&sampling, &rule, &problem, NULL);
            CHECK_OK(ensemble_covariance(&ensemble, run, without, NULL, &error),
                     &error);
            for (int pair = 0; pair < PAIRS; pair++) {
                CHECK_NEAR(with.plain[pair].mean, without[pair].mean, 1e-13, 1e-15);
                CHECK_NEAR(moments_stderr(&with.plain[pair]),
                           moments_stderr(&without[pair]), 1e-11, 0);
                assert_int_equal(with.controlled[pair].count, run.count);
                CHECK_COMPARE(moments_stderr(&with.controlled[pair]), <,
                              moments_stderr(&with.plain[pair]) / 30);
            }
            problem_free(&problem);
        }
}

static void threads_change_no_bit(void **state)
{
    struct result one, own;
    (void)state;
    for (int k = 0; k < RULES; k++) {
        measure(rules[k], true, 1, &one);
        for (int threads = 2; threads <= 3; threads++) {
            measure(rules[k], true, threads, &own);
            for (int pair = 0; pair < PAIRS; pair++) {
                CHECK_EXACT(own.controlled[pair].mean, one.controlled[pair].mean);
                CHECK_EXACT(moments_stderr(&own.controlled[pair]),
                            moments_stderr(&one.controlled[pair]));
                CHECK_EXACT(own.plain[pair].mean, one.plain[pair].mean);
            }
        }
    }
}

/* Room for as many products as any two modes have. */
static void room_is_for_the_most_products(void **state)
{
    const struct control one[2] = {{.filters.states = 1}, {.filters.states = 1}};
    const struct control few[3] = {
        {.filters.states = 1}, {.filters.states = 3}, {.filters.states = 2}};
    const struct control two[2] = {{.filters.states = 2}, {.filters.states = 2}};
    (void)state;
    assert_int_equal(ensemble_pairs_most(one, 2), 1);
    assert_int_equal(ensemble_pairs_most(few, 2), 6); /* of the second alone */
    assert_int_equal(ensemble_pairs_most(few, 3), 6); /* 3 times 2 */
    assert_int_equal(ensemble_pairs_most(two, 2), 4);
    CHECK_EXACT(ensemble_pairs_bytes(two, 2), 3.0 * 5 * RULE_LANES * sizeof(double));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations_are_sums_over_the_past),
        cmocka_unit_test(plain_estimates_are_those_without_filters),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(room_is_for_the_most_products),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
