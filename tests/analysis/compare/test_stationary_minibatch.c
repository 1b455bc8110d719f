/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stationary variances under minibatches, and divergences of them, over seeds: as far
 * from the exact ones as their standard errors say. */
#include "check.h"

#include "compare/posterior.h"
#include "compare/stationary.h"

enum { N = 2, SEEDS = 40 };

static struct problem problem_of(void)
{
    static const double curvature[N] = {0.6, 1.2};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, N, curvature, &error), &error);
    problem_set_examples(&problem, 3, 1);
    return problem;
}

/* Chains are short, so that an estimate's law is close to normal for few of them. */
static struct sampling sampling_of(uint64_t seed)
{
    struct sampling sampling = check_sampling(seed, 0.01);
    sampling.chains = 256;
    sampling.steps = 300;
    sampling.burn_in = 100;
    return sampling;
}

static void test_errors_over_seeds(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.15");
    struct problem problem = problem_of();
    struct error error;
    double squares = 0, sum = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct sampling sampling = sampling_of(seed);
        struct comparison *rows;
        size_t count;
        CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_DIAGONAL,
                                    NULL, NULL, &rows, &count, &error),
                 &error);
        assert_int_equal(count, N);
        for (size_t i = 0; i < N; i++) {
            const struct evidence *e = &rows[i].evidence;
            const double z = (e->measured - e->exact) / e->se;
            assert_int_equal(e->count, 256);
            assert_true(e->bias < 1e-3 * e->se && e->bias > 0);
            sum += z;
            squares += z * z;
        }
        free(rows);
    }
    /* The modes' numbers are correlated, but hardly. */
    CHECK_Z("mean", sum / sqrt(N * SEEDS) / 1.1);
    CHECK_Z("variance", (squares / (N * SEEDS) - 1) * sqrt(N * SEEDS / 2.) / 1.2);
    problem_free(&problem);
}

static void test_divergences_over_seeds(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.15");
    struct problem problem = problem_of();
    struct posterior exact, measured;
    struct error error;
    double squares = 0, sum = 0;
    (void)state;
    CHECK_OK(posterior_theory(&rule, &problem, POSTERIOR_EXACT, 3, &exact, &error),
             &error);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct sampling sampling = sampling_of(seed);
        CHECK_OK(
            posterior_measure(&sampling, &rule, &problem, 3, NULL, &measured, &error),
            &error);
        const double z = (measured.kl - exact.kl) / measured.kl_se;
        assert_int_equal(measured.count, 256);
        sum += z;
        squares += z * z;
    }
    /* The sum of two modes' errors is up to sqrt(2) times that of the sum. */
    CHECK_Z("mean", sum / sqrt(SEEDS));
    assert_true(squares < 1.9 * SEEDS && squares > 0.15 * SEEDS);
    problem_free(&problem);
}

/* Near the limit of second moments theta is heavy-tailed: too few chains decide
 * nothing, however small their standard error happens to be. */
static void test_heavy_tails_decide_nothing(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.8");
    struct problem problem = problem_of();
    struct sampling sampling = sampling_of(1);
    struct comparison *rows;
    struct error error;
    size_t count;
    (void)state;
    sampling.chains = 1024;
    sampling.steps = 2000;
    for (int pairs = 0; pairs < 2; pairs++) {
        CHECK_OK(stationary_compare(&sampling, &rule, &problem,
                                    pairs ? STATIONARY_PAIRS : STATIONARY_DIAGONAL,
                                    NULL, NULL, &rows, &count, &error),
                 &error);
        for (size_t k = 0; k < count; k++)
            if (rows[k].i == rows[k].j)
                assert_false(rows[k].evidence.decisive);
        free(rows);
    }
    problem_free(&problem);
}

/* Chains that are given as shorter than their burn-in record their second half, and the
 * row says so; 12 steps are shorter than the 40 or so until exp(-0.12 t) is below 1 %.
 */
static void test_chains_that_are_too_short(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    struct problem problem = problem_of();
    struct sampling sampling = sampling_of(1);
    struct comparison *rows;
    struct error error;
    size_t count;
    (void)state;
    sampling.steps = 12;
    sampling.burn_in = PLAN_AUTO;
    CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_DIAGONAL, NULL,
                                NULL, &rows, &count, &error),
             &error);
    assert_int_equal(count, N);
    for (size_t i = 0; i < N; i++) {
        assert_true(rows[i].plan.too_short);
        assert_int_equal(rows[i].plan.chains.burn_in, 6);
        CHECK_COMPARE((double)rows[i].plan.needed_burn_in, >, 12);
        assert_int_equal(rows[i].verdicts.exact, VERDICT_INCONCLUSIVE);
    }
    free(rows);
    problem_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_over_seeds),
        cmocka_unit_test(test_divergences_over_seeds),
        cmocka_unit_test(test_chains_that_are_too_short),
        cmocka_unit_test(test_heavy_tails_decide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
