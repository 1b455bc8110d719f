/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fixed.c: laws at fixed steps, measured beside exact: over seeds, for every
 * linear rule, and where nothing is random. */
#include "compare/fixed.h"
#include "errors.h"

/* Three modes, one that falls away, one flat, one that settles, away from their theta*.
 */
static struct problem modes(bool dense)
{
    static const double h[] = {-0.5, 0, 2};
    static const double c[] = {1, 0.3, 0, 0.3, 2, -0.4, 0, -0.4, 0.5};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init_any(&problem, 3, h, &error), &error);
    if (dense)
        CHECK_OK(problem_set_covariance(&problem, c, &error), &error);
    for (size_t i = 0; i < 3; i++) {
        problem.theta_star[i] = 1;
        problem.start[i] = (double)i - 1;
        if (!dense)
            problem.noise[i] = c[4 * i];
    }
    return problem;
}

static struct fixed_law compare(const struct sampling *sampling, const char *rule,
                                bool dense, enum fixed_elements elements, uint64_t step)
{
    struct problem problem = modes(dense);
    const struct rule own = CHECK_RULE("%s", rule);
    struct fixed_law law;
    struct error error;
    CHECK_OK(fixed_compare(sampling, &own, &problem, elements, step, &law, &error),
             &error);
    problem_free(&problem);
    return law;
}

/* Errors of means, variances and the excess of separate modes, which are independent
 * but for the excess, without and with control variates; and of covariances. */
static void errors_over_seeds(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        const bool dense = kind == 1, controlled = kind == 2;
        const size_t count = dense ? 10 : 7;
        struct errors *row = check_alloc(count, sizeof *row);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(seed, 0.01);
            sampling.control =
                controlled ? SAMPLING_CONTROL_AUTO : SAMPLING_CONTROL_NONE;
            sampling.chains = controlled ? 1024 : 256;
            struct fixed_law law =
                compare(&sampling, "pnm lr=0.2 beta0=1 beta1=0.9", dense,
                        dense ? FIXED_PAIRS : FIXED_DIAGONAL, 12);
            assert_int_equal(law.count, count);
            for (size_t k = 0; k < count; k++) {
                const struct evidence *e = &law.rows[k].evidence;
                char what[64];
                snprintf(what, sizeof what, "%s, row %zu",
                         dense        ? "dense"
                         : controlled ? "controlled"
                                      : "diagonal",
                         k);
                /* 256 samples are too few; 1024 with control variates are not. */
                assert_int_equal(e->decisive, controlled);
                if (controlled)
                    CHECK(e->se < 1e-3 * e->exact_scale, "%s: %g of %g", what, e->se,
                          e->exact_scale);
                errors_add(&row[k], what, e->measured, e->exact, e->se);
            }
            free(law.rows);
        }
        /* The excess has an upper bound of its error, but for separate modes without
         * control variates. */
        for (size_t k = 0; k < count - (dense || controlled ? 1 : 0); k++)
            CHECK_ERRORS(&row[k], 1);
        if (!dense)
            CHECK_ERRORS(row, controlled ? 3 : 6);
        free(row);
    }
}

static void rows_of_every_linear_rule_hold(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd",       "heavy_ball", "pnm", "pnm_eq7",
                                        "two_batch", "nesterov",   "qhm", "aggmo"};
    struct sampling sampling = check_sampling(1, 0.01);
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (int kind = 0; kind < 3; kind++) {
            const bool dense = kind == 1, controlled = kind == 2;
            sampling.control =
                controlled ? SAMPLING_CONTROL_AUTO : SAMPLING_CONTROL_NONE;
            char text[40];
            snprintf(text, sizeof text, "%s lr=0.05", rules[r]);
            struct fixed_law law = compare(&sampling, text, dense,
                                           dense ? FIXED_PAIRS : FIXED_DIAGONAL, 20);
            /* One variance to 1 %. */
            assert_int_equal(law.chains.count, 32768);
            assert_int_equal(law.chains.steps - law.chains.burn_in, 1);
            for (size_t k = 0; k < law.count; k++) {
                const struct fixed_row *row = &law.rows[k];
                const double z =
                    (row->evidence.measured - row->evidence.exact) / row->evidence.se;
                CHECK(row->verdicts.exact == VERDICT_HOLDS ||
                          (!controlled && row->verdicts.exact == VERDICT_INCONCLUSIVE),
                      "%s, row %zu: z = %g", rules[r], k, z);
                CHECK_Z(rules[r], z);
            }
            free(law.rows);
        }
}

static void a_plan_for_the_excess_reaches_its_precision(void **state)
{
    (void)state;
    struct sampling sampling = check_sampling(1, 0.001);
    sampling.control = SAMPLING_CONTROL_NONE;
    struct fixed_law law = compare(&sampling, "sgd lr=0.05", false, FIXED_SUM, 20);
    assert_int_equal(law.count, 1);
    const struct evidence *e = &law.rows->evidence;
    CHECK_COMPARE(e->se, <, 0.00103 * fabs(e->exact));
    CHECK_COMPARE(e->se, >, 0.0006 * fabs(e->exact));
    assert_int_equal(law.rows->quantity, FIXED_EXCESS);
    CHECK_NEAR(law.samples, (double)law.chains.count * 20 * 3, 0, 0);
    const double plain = law.samples;
    free(law.rows);
    /* Control variates take fewer steps, pilots included, and reach it too. */
    sampling.control = SAMPLING_CONTROL_AUTO;
    law = compare(&sampling, "sgd lr=0.05", false, FIXED_SUM, 20);
    CHECK_COMPARE(law.rows->evidence.se, <, 0.00103 * fabs(law.rows->evidence.exact));
    CHECK_COMPARE(law.samples, <, plain / 10);
    CHECK_NEAR(law.samples, (1024 + 256) * 20 * 3, 0, 0);
    free(law.rows);
    /* Beyond the budget nothing is sampled. */
    sampling.max_samples = 1000;
    law = compare(&sampling, "sgd lr=0.05", false, FIXED_DIAGONAL, 20);
    for (size_t k = 0; k < law.count; k++) {
        assert_false(law.rows[k].evidence.sampled);
        assert_int_equal(law.rows[k].verdicts.exact, VERDICT_NOT_SAMPLED);
        assert_true(isfinite(law.rows[k].evidence.exact));
    }
    free(law.rows);
}

/* What rounding may add to a mean depends on the way to theta*, not on where it begins.
 */
static void rounding_goes_with_the_way(void **state)
{
    static const double start[] = {3e6, 1e6}, theta_star[] = {1e6, -1e6}, h[] = {1};
    double bound[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct sampling sampling = check_sampling(1, 0.01);
        const struct rule rule = CHECK_RULE("sgd lr=0.5");
        struct problem problem;
        struct fixed_law law;
        struct error error;
        sampling.chains = 256;
        CHECK_OK(problem_init_any(&problem, 1, h, &error), &error);
        problem.start[0] = start[k];
        problem.theta_star[0] = theta_star[k];
        problem.noise[0] = 1;
        CHECK_OK(
            fixed_compare(&sampling, &rule, &problem, FIXED_DIAGONAL, 60, &law, &error),
            &error);
        assert_int_equal(law.rows[0].quantity, FIXED_MEAN);
        bound[k] = law.rows[0].evidence.exact_error;
        free(law.rows);
        problem_free(&problem);
    }
    CHECK_NEAR(bound[1], bound[0], 1e-12, 0);
    /* 4 DBL_EPSILON a step of 2e6 to go and 1e6 of theta*. */
    CHECK_NEAR(bound[0], 60 * 4 * DBL_EPSILON * 3e6, 1e-5, 0);
}

static void without_noise_one_chain_decides(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.01);
    static const double h[] = {-0.5, 0, 2};
    for (int beyond = 0; beyond < 2; beyond++) {
        struct problem problem;
        struct fixed_law law;
        struct error error;
        /* 1.5 lr h = 3 is beyond the limit of sgd: the law is there all the same. */
        const struct rule rule = CHECK_RULE("sgd lr=%g", beyond ? 1.5 : 0.1);
        CHECK_OK(problem_init_any(&problem, 3, h, &error), &error);
        for (size_t i = 0; i < 3; i++)
            problem.start[i] = 1;
        CHECK_OK(
            fixed_compare(&sampling, &rule, &problem, FIXED_DIAGONAL, 30, &law, &error),
            &error);
        assert_int_equal(law.chains.count, 1);
        for (size_t k = 0; k < law.count; k++) {
            assert_int_equal(law.rows[k].verdicts.exact, VERDICT_HOLDS);
            CHECK_EXACT(law.rows[k].evidence.se, 0.0);
        }
        CHECK_NEAR(law.rows[2].evidence.exact, pow(beyond ? -2 : 0.8, 30), 1e-14, 0);
        free(law.rows);
        problem_free(&problem);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_over_seeds),
        cmocka_unit_test(rows_of_every_linear_rule_hold),
        cmocka_unit_test(a_plan_for_the_excess_reaches_its_precision),
        cmocka_unit_test(rounding_goes_with_the_way),
        cmocka_unit_test(without_noise_one_chain_decides),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
