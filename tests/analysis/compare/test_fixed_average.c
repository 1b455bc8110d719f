/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fixed_average.c: laws of averages, measured beside exact: over seeds, for every
 * linear rule, where nothing is random, and where the exact value is wrong. */
#include "compare/fixed.h"
#include "errors.h"

static const struct average averages[] = {
    {.kind = AVERAGE_POLYAK},
    {.kind = AVERAGE_POLYAK, .from = 13},
    {.kind = AVERAGE_EMA, .rate = 0.125},
};
enum { AVERAGES = sizeof averages / sizeof *averages };

/* Two modes that settle, away from their theta*; noise that does not commute. */
static struct problem modes(void)
{
    static const double h[] = {0.5, 2}, c[] = {1, 0.3, 0.3, 2};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_any(&problem, 2, h, &error), &error);
    CHECK_OK(problem_set_covariance(&problem, c, &error), &error);
    for (size_t i = 0; i < 2; i++) {
        problem.theta_star[i] = 1;
        problem.start[i] = 2 * (double)i - 0.5;
    }
    return problem;
}

static struct fixed_law compare(const struct sampling *sampling, const char *text,
                                double lambda, const struct average *average,
                                uint64_t step)
{
    struct problem problem = modes();
    struct rule rule = CHECK_RULE("%s", text);
    struct fixed_law law;
    struct error error;
    rule.decay.lambda = lambda;
    CHECK_OK(fixed_compare_average(sampling, &rule, &problem, FIXED_PAIRS, average,
                                   step, &law, &error),
             &error);
    problem_free(&problem);
    return law;
}

/* Means, covariances and the excess, at a step and in the stationary law of an ema. */
static void errors_over_seeds(void **state)
{
    (void)state;
    for (int kind = 0; kind <= AVERAGES; kind++) {
        const bool stationary = kind == AVERAGES;
        struct errors row[6] = {{.count = 0}};
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(seed, 0.01);
            sampling.chains = 256;
            struct fixed_law law =
                compare(&sampling, "pnm lr=0.3 beta0=1 beta1=0.7", 0.1,
                        &averages[stationary ? AVERAGES - 1 : kind],
                        stationary ? FIXED_STATIONARY : 25);
            assert_int_equal(law.count, 6);
            for (size_t k = 0; k < law.count; k++) {
                const struct evidence *e = &law.rows[k].evidence;
                char what[64];
                snprintf(what, sizeof what, "average %d, row %zu", kind, k);
                errors_add(&row[k], what, e->measured, e->exact, e->se);
            }
            free(law.rows);
        }
        for (size_t k = 0; k < 5; k++) /* the excess has an upper bound of its error */
            CHECK_ERRORS(&row[k], 1);
    }
}

static void no_row_of_a_linear_rule_fails(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd",       "heavy_ball", "pnm", "pnm_eq7",
                                        "two_batch", "nesterov",   "qhm", "aggmo"};
    struct sampling sampling = check_sampling(1, 0.01);
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (int a = 0; a < AVERAGES; a++) {
            char text[40];
            snprintf(text, sizeof text, "%s lr=0.05", rules[r]);
            struct fixed_law law = compare(&sampling, text, 0, &averages[a], 20);
            assert_int_equal(law.chains.count, 32768);
            assert_int_equal(law.chains.burn_in, averages[a].from);
            for (size_t k = 0; k < law.count; k++) {
                const struct fixed_row *row = &law.rows[k];
                const double z =
                    (row->evidence.measured - row->evidence.exact) / row->evidence.se;
                CHECK(row->verdicts.exact != VERDICT_FAILS, "%s, row %zu: z = %g",
                      rules[r], k, z);
                CHECK_Z(rules[r], z);
            }
            free(law.rows);
        }
}

/* The chains of a stationary law forget a start far away. */
static void the_stationary_law_forgets_the_start(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.002);
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.7");
    uint64_t steps[2];
    for (int far = 0; far < 2; far++) {
        struct problem problem = modes();
        struct fixed_law law;
        struct error error;
        problem.start[0] = far ? 1e6 : 1;
        CHECK_OK(fixed_compare_average(&sampling, &rule, &problem, FIXED_DIAGONAL,
                                       &averages[2], FIXED_STATIONARY, &law, &error),
                 &error);
        steps[far] = law.chains.steps;
        for (size_t k = 0; k < law.count; k++)
            assert_int_equal(law.rows[k].verdicts.exact, VERDICT_HOLDS);
        free(law.rows);
        problem_free(&problem);
    }
    CHECK_COMPARE((double)steps[0], <, (double)steps[1]);
}

/* What was averaged otherwise fails: the same numbers beside the exact value of one
 * step fewer, or of theta. */
static void wrong_exact_values_fail(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.002);
    static const struct average *const others[] = {&averages[1], &averages[2], NULL};
    struct fixed_law law =
        compare(&sampling, "pnm lr=0.3 beta0=1 beta1=0.7", 0, &averages[0], 20);
    for (int k = 0; k < 4; k++) {
        struct sampling exact = sampling;
        exact.exact_only = true;
        struct fixed_law other =
            compare(&exact, "pnm lr=0.3 beta0=1 beta1=0.7", 0,
                    k < 3 ? others[k] : &averages[0], k < 3 ? 20 : 19);
        struct evidence wrong = law.rows[2].evidence;
        assert_int_equal(law.rows[2].quantity, FIXED_COVARIANCE);
        assert_int_equal(evidence_judge(&wrong).exact, VERDICT_HOLDS);
        assert_true(evidence_control(&wrong));
        wrong.exact = other.rows[2].evidence.exact;
        wrong.exact_scale = evidence_scale(wrong.exact);
        assert_int_equal(evidence_judge(&wrong).exact, VERDICT_FAILS);
        free(other.rows);
    }
    free(law.rows);
}

static void without_noise_one_chain_decides(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.01);
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_mode(&problem, 2, 0, &error), &error);
    problem.start[0] = 1;
    for (int a = 0; a < AVERAGES; a++) {
        struct fixed_law law;
        CHECK_OK(fixed_compare_average(&sampling, &rule, &problem, FIXED_DIAGONAL,
                                       &averages[a], 30, &law, &error),
                 &error);
        assert_int_equal(law.chains.count, 1);
        for (size_t k = 0; k < law.count; k++)
            assert_int_equal(law.rows[k].verdicts.exact, VERDICT_HOLDS);
        if (a == 0) /* (q + ... + q^30)/30, q = 0.8 */
            CHECK_NEAR(law.rows[0].evidence.exact, 4 * (1 - pow(0.8, 30)) / 30, 1e-14,
                       0);
        free(law.rows);
    }
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_over_seeds),
        cmocka_unit_test(no_row_of_a_linear_rule_fails),
        cmocka_unit_test(the_stationary_law_forgets_the_start),
        cmocka_unit_test(wrong_exact_values_fail),
        cmocka_unit_test(without_noise_one_chain_decides),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
