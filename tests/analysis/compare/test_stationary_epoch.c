/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stationary_epoch.c: epochs measured beside their exact law: over seeds, phase by
 * phase, and what a wrong law is found to be. */
#include "compare/stationary_epoch.h"
#include "errors.h"

static struct problem modes(bool dense, size_t train_size, size_t batch)
{
    static const double h[] = {0.5, 1};
    static const double c[] = {1, 0.4, 0.4, 2};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, 2, h, &error), &error);
    if (dense)
        CHECK_OK(problem_set_covariance(&problem, c, &error), &error);
    for (size_t i = 0; i < 2; i++) {
        problem.theta_star[i] = 1;
        problem.start[i] = 3;
        if (!dense)
            problem.noise[i] = c[3 * i];
    }
    problem_set_epochs(&problem, train_size, batch);
    return problem;
}

static struct comparison *compare(const struct sampling *sampling, const char *text,
                                  const struct problem *problem,
                                  enum stationary_elements elements, bool by_phase,
                                  size_t count)
{
    const struct rule rule = CHECK_RULE("%s", text);
    struct comparison *rows;
    struct error error;
    size_t found;
    CHECK_OK(stationary_epoch_compare(sampling, &rule, problem, elements, by_phase,
                                      NULL, &rows, &found, &error),
             &error);
    assert_int_equal(found, count);
    return rows;
}

/* 128 seeds, each with samples of its own. Rows of two modes are independent, phases
 * and pairs are not. */
static void errors_over_seeds(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        const bool dense = kind == 1, by_phase = kind == 2;
        const size_t count = dense ? 3 : by_phase ? 6 : 2;
        struct problem problem = modes(dense, 8, 2);
        struct errors *row = check_alloc(count, sizeof *row);
        if (by_phase) /* two_batch takes twice as many: 3 steps of the 13 samples */
            problem_set_epochs(&problem, 13, 2);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(seed, 0.01);
            sampling.chains = 128;
            sampling.steps = 200;
            struct comparison *rows = compare(
                &sampling,
                by_phase ? "two_batch lr=0.3 beta0=1" : "pnm lr=0.3 beta0=1 beta1=0.7",
                &problem, dense ? STATIONARY_PAIRS : STATIONARY_DIAGONAL, by_phase,
                count);
            for (size_t k = 0; k < count; k++) {
                const struct evidence *e = &rows[k].evidence;
                char what[64];
                snprintf(what, sizeof what, "kind %d, row %zu", kind, k);
                assert_int_equal(rows[k].plan.chains.steps, 200);
                errors_add(&row[k], what, e->measured, e->exact, e->se);
            }
            free(rows);
        }
        for (size_t k = 0; k < count; k++)
            CHECK_ERRORS(&row[k], 1);
        if (kind == 0)
            CHECK_ERRORS(row, 2);
        free(row);
        problem_free(&problem);
    }
}

/* Planned rows hold; a law with replacement, or of one sample more, does not. */
static void a_wrong_law_fails(void **state)
{
    (void)state;
    static const char *const rule = "pnm lr=0.3 beta0=1 beta1=0.7";
    struct sampling sampling = check_sampling(1, 0.001), exact = {.exact_only = true};
    struct problem problem = modes(false, 12, 2), other = modes(false, 13, 2);
    struct comparison *rows =
        compare(&sampling, rule, &problem, STATIONARY_DIAGONAL, true, 12);
    struct comparison *wrong =
        compare(&exact, rule, &other, STATIONARY_DIAGONAL, true, 12);
    for (size_t k = 0; k < 12; k++) {
        struct evidence e = rows[k].evidence;
        assert_int_equal(rows[k].i, k / 6);
        assert_int_equal(rows[k].phase, k % 6);
        assert_int_equal(rows[k].plan.chains.burn_in % 6, 0);
        assert_int_equal(rows[k].verdicts.exact, VERDICT_HOLDS);
        assert_true(evidence_control(&e));
        e.exact = wrong[k].evidence.exact;
        assert_int_equal(evidence_judge(&e).exact, VERDICT_FAILS);
    }
    free(rows);
    free(wrong);
    problem_free(&problem);
    problem_free(&other);
}

/* The fewest chains that are planned have a far smaller error than these precisions,
 * for which the burn-in is planned: the rows decide all the same. */
static void coarse_plans_decide(void **state)
{
    (void)state;
    struct problem problem = modes(false, 8, 2);
    for (int k = 1; k <= 3; k++) {
        const struct sampling sampling = check_sampling(1, pow(10, -k));
        struct comparison *rows = compare(&sampling, "pnm lr=0.3 beta0=1 beta1=0.7",
                                          &problem, STATIONARY_DIAGONAL, false, 2);
        for (size_t i = 0; i < 2; i++) {
            const struct evidence *e = &rows[i].evidence;
            CHECK(e->decisive && rows[i].verdicts.exact != VERDICT_FAILS,
                  "precision 1e-%d: %g +- %g, bias %g", k, e->measured, e->se, e->bias);
            CHECK_COMPARE(e->bias, <=, sampling.precision * e->exact_scale / 10);
        }
        free(rows);
    }
    problem_free(&problem);
}

/* All samples a step leave nothing random, and chains that are too short say so. */
static void whole_batches_and_short_chains(void **state)
{
    (void)state;
    struct sampling sampling = check_sampling(1, 0.01);
    struct problem problem = modes(true, 4, 4);
    struct comparison *rows =
        compare(&sampling, "sgd lr=0.3", &problem, STATIONARY_PAIRS, false, 3);
    for (size_t k = 0; k < 3; k++) {
        CHECK_EXACT(rows[k].evidence.exact, 0);
        CHECK_NEAR(rows[k].evidence.measured, 0, 0, 1e-20);
        assert_int_equal(rows[k].plan.chains.count, 1);
        assert_int_equal(rows[k].verdicts.exact, VERDICT_HOLDS);
    }
    free(rows);
    problem_set_epochs(&problem, 12, 2);
    sampling.chains = 64;
    sampling.steps = 8;
    rows = compare(&sampling, "sgd lr=0.3", &problem, STATIONARY_DIAGONAL, false, 2);
    assert_true(rows[0].plan.too_short);
    assert_int_equal(rows[0].plan.chains.burn_in, 2);
    assert_int_equal(rows[0].verdicts.exact, VERDICT_INCONCLUSIVE);
    free(rows);
    problem_free(&problem);
}

/* Without noise all that is measured is what the start leaves. */
static void the_bias_of_the_start_is_exact(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const bool pairs = kind % 2, by_phase = kind / 2;
        const size_t count = (pairs ? 3u : 2u) * (by_phase ? 6u : 1u);
        struct sampling sampling = check_sampling(1, 0.01);
        struct problem problem = modes(false, 12, 2);
        problem.noise[0] = problem.noise[1] = 0;
        sampling.chains = 1;
        sampling.steps = 40; /* 6 epochs behind a burn-in of 4 steps */
        sampling.burn_in = 2;
        struct comparison *rows =
            compare(&sampling, "pnm lr=0.3 beta0=1 beta1=0.7", &problem,
                    pairs ? STATIONARY_PAIRS : STATIONARY_DIAGONAL, by_phase, count);
        for (size_t k = 0; k < count; k++) {
            CHECK_COMPARE(rows[k].evidence.bias, >, 1e-3);
            CHECK_NEAR(rows[k].evidence.bias, fabs(rows[k].evidence.measured), 1e-12,
                       0);
            assert_int_equal(rows[k].verdicts.exact, VERDICT_INCONCLUSIVE);
        }
        free(rows);
        problem_free(&problem);
    }
}

static void what_has_no_epoch_is_refused(void **state)
{
    (void)state;
    struct sampling sampling = check_sampling(1, 0.01);
    struct problem problem = modes(false, 3, 2);
    const struct rule two = CHECK_RULE("two_batch lr=0.3 beta0=1");
    const struct rule one = CHECK_RULE("sgd lr=0.3");
    struct comparison *rows;
    struct error error;
    size_t count;
    CHECK_REFUSED("two batches",
                  stationary_epoch_compare(&sampling, &two, &problem,
                                           STATIONARY_DIAGONAL, false, NULL, &rows,
                                           &count, &error),
                  &error, "--batch");
    problem_set_epochs(&problem, 100001, 1);
    CHECK_REFUSED("phases",
                  stationary_epoch_compare(&sampling, &one, &problem,
                                           STATIONARY_DIAGONAL, true, NULL, &rows,
                                           &count, &error),
                  &error, "--by-phase");
    sampling.steps = 1000;
    CHECK_REFUSED("no whole epoch",
                  stationary_epoch_compare(&sampling, &one, &problem,
                                           STATIONARY_DIAGONAL, false, NULL, &rows,
                                           &count, &error),
                  &error, "--steps");
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_over_seeds),
        cmocka_unit_test(a_wrong_law_fails),
        cmocka_unit_test(coarse_plans_decide),
        cmocka_unit_test(whole_batches_and_short_chains),
        cmocka_unit_test(the_bias_of_the_start_is_exact),
        cmocka_unit_test(what_has_no_epoch_is_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
