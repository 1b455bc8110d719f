/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_quantiles.c: quantiles and kurtosis, measured beside exact, over seeds, laws and
 * rules; and what noise with heavy tails does to the error of a variance. */
#include "compare/heavy_tail.h"
#include "compare/quantiles.h"
#include "compare/stationary.h"
#include "errors.h"

#include <gsl/gsl_errno.h>

static struct problem problem_of(struct noise_law law)
{
    static const double h[] = {0.5, 2};
    struct problem problem;
    struct error error;
    CHECK_OK(problem_init(&problem, 2, h, &error), &error);
    problem.law = law;
    for (size_t i = 0; i < 2; i++) {
        problem.noise[i] = h[i];
        problem.theta_star[i] = problem.start[i] = 3 * (double)i;
    }
    return problem;
}

static const double probabilities[] = {0.3, 0.5, 0.95};
enum { QUANTILES = 3 };

static struct quantile_law compare(const struct sampling *sampling, const char *rule,
                                   struct noise_law law)
{
    struct problem problem = problem_of(law);
    const struct rule own = CHECK_RULE("%s", rule);
    struct quantile_law out;
    struct error error;
    CHECK_OK(quantiles_compare(sampling, &own, &problem, probabilities, QUANTILES, &out,
                               &error),
             &error);
    problem_free(&problem);
    return out;
}

static const struct noise_law gaussian = {NOISE_GAUSSIAN, 0},
                              cauchy = {NOISE_STABLE, 1}, levy = {NOISE_STABLE, 1.5},
                              student = {NOISE_STUDENT, 20};

/* The errors of all rows, and that no verdict fails. */
static void errors_over_seeds(void **state)
{
    static const struct {
        const char *rule;
        struct noise_law law;
    } cases[] = {{"pnm lr=0.4 beta0=1 beta1=0.7", {NOISE_STABLE, 1}},
                 {"two_batch lr=0.4 beta0=1", {NOISE_GAUSSIAN, 0}},
                 {"heavy_ball lr=0.2 beta1=0.5", {NOISE_STABLE, 2}},
                 {"sgd lr=0.4", {NOISE_STUDENT, 20}}};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const size_t of_mode = QUANTILES + noise_law_has_variance(cases[c].law),
                     count = 2 * of_mode;
        struct errors *row = check_alloc(count, sizeof *row);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            struct sampling sampling = check_sampling(seed, 0.01);
            sampling.chains = 1280;
            struct quantile_law law = compare(&sampling, cases[c].rule, cases[c].law);
            assert_int_equal(law.count, count);
            for (size_t k = 0; k < count; k++) {
                const struct evidence *e = &law.rows[k].evidence;
                char what[160];
                snprintf(what, sizeof what, "%s, row %zu", cases[c].rule, k);
                CHECK(law.rows[k].verdicts.exact != VERDICT_FAILS, "%s fails: %g, %g",
                      what, e->measured, e->exact);
                errors_add(&row[k], what, e->measured, e->exact, e->se);
            }
            free(law.rows);
        }
        for (size_t k = 0; k < count; k++)
            CHECK_ERRORS(&row[k], 1);
        free(row);
    }
}

/* With the chains that are planned the rows hold, and 2 % to either side they fail. */
static void planned_chains_decide(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.01);
    struct quantile_law law =
        compare(&sampling, "pnm lr=0.5 beta0=1 beta1=0.7", gaussian);
    (void)state;
    assert_true(law.chains.count >= QUANTILE_CHAINS);
    for (size_t k = 0; k < law.count; k++) {
        const struct quantile_row *row = &law.rows[k];
        assert_int_equal(row->verdicts.exact, VERDICT_HOLDS);
        assert_true(evidence_control(&row->evidence));
        CHECK_COMPARE(row->low, <, row->high);
    }
    free(law.rows);
}

/* The verdict is that of the number of chains below the exact quantile: this number is
 * outside of the binomial band exactly where the exact quantile is outside of the two
 * values. */
static void the_band_is_binomial(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct sampling sampling = check_sampling(seed, 0.01);
        sampling.chains = 2000;
        struct quantile_law law = compare(&sampling, "sgd lr=0.4", levy);
        for (size_t k = 0; k < law.count; k++) {
            const struct quantile_row *row = &law.rows[k];
            const unsigned below = (unsigned)row->below;
            const double low = gsl_cdf_binomial_P(below, row->p, 2000);
            const double high = 1 - gsl_cdf_binomial_P(below - 1, row->p, 2000);
            const bool outside = fmin(low, high) <= ESTIMATE_LEVEL / 2;
            const double exact = row->evidence.exact;
            assert_int_equal(outside, exact < row->low || exact > row->high);
        }
        free(law.rows);
    }
}

/* For sgd a_k is geometric: the excess of theta is that of the noise times
 * (1 - r^2)^2/(1 - r^4) = (1 - r^2)/(1 + r^2), r = 1 - eta h. */
static void kurtosis_is_that_of_a_geometric_response(void **state)
{
    struct sampling sampling = check_sampling(1, 0.01);
    (void)state;
    sampling.exact_only = true;
    struct quantile_law law = compare(&sampling, "sgd lr=0.4", student);
    assert_int_equal(law.count, 2 * (QUANTILES + 1));
    for (size_t i = 0; i < 2; i++) {
        const struct quantile_row *row = &law.rows[i * (QUANTILES + 1) + QUANTILES];
        const double r = i == 0 ? 0.8 : 0.2, square = r * r;
        assert_int_equal(row->quantity, QUANTILE_KURTOSIS);
        CHECK_NEAR(row->evidence.exact, 3 + 6.0 / 16 * (1 - square) / (1 + square),
                   1e-12, 0);
        assert_int_equal(row->verdicts.exact, VERDICT_NOT_SAMPLED);
        CHECK_NAN(law.rows[0].evidence.exact);
    }
    free(law.rows);
}

/* Fourth powers have so skewed a law that ten thousand chains do not give the tails of
 * a normal one; the chains that are planned do. */
static void few_chains_have_no_kurtosis(void **state)
{
    struct sampling sampling = check_sampling(1, 0.01);
    (void)state;
    for (int planned = 0; planned < 2; planned++) {
        sampling.chains = planned ? 0 : 10000;
        struct quantile_law law = compare(&sampling, "sgd lr=0.4", gaussian);
        assert_int_equal(law.rows[QUANTILES].quantity, QUANTILE_KURTOSIS);
        assert_int_equal(law.rows[QUANTILES].evidence.decisive, planned);
        assert_true(law.rows[0].evidence.decisive);
        free(law.rows);
    }
}

/* At alpha = 1 the scale is the sum of the |a_k|, at 2 the root of that of squares. */
static void scales_are_sums_of_powers(void **state)
{
    struct sampling sampling = check_sampling(1, 0.01);
    (void)state;
    sampling.exact_only = true;
    struct quantile_law law = compare(&sampling, "sgd lr=0.4", cauchy);
    CHECK_NEAR(law.rows[2].evidence.exact,
               sqrt(0.5) * 0.4 / 0.2 * gsl_cdf_cauchy_Pinv(0.95, sqrt(0.5)), 1e-11, 0);
    CHECK_NEAR(law.rows[QUANTILES + 2].evidence.exact - 3,
               sqrt(2) * 0.4 / 0.8 * gsl_cdf_cauchy_Pinv(0.95, sqrt(0.5)), 1e-11, 0);
    free(law.rows);
    law = compare(&sampling, "sgd lr=0.4", gaussian);
    CHECK_NEAR(law.rows[2].evidence.exact,
               sqrt(0.5 * 0.4 / (0.5 * (2 - 0.2))) * gsl_cdf_ugaussian_Pinv(0.95),
               1e-11, 0);
    free(law.rows);
}

static void what_cannot_be_judged_is_inconclusive(void **state)
{
    const struct noise_law eight = {NOISE_STUDENT, 8}, ten = {NOISE_STUDENT, 10};
    struct sampling sampling = check_sampling(1, 0.01);
    (void)state;
    sampling.chains = 20000;
    struct quantile_law law = compare(&sampling, "sgd lr=0.4", eight);
    assert_int_equal(law.rows[QUANTILES].verdicts.exact, VERDICT_INCONCLUSIVE);
    CHECK_NAN(law.rows[QUANTILES].evidence.se);
    free(law.rows);
    /* A standard error, but single draws show in it. */
    law = compare(&sampling, "sgd lr=0.4", ten);
    CHECK_COMPARE(law.rows[QUANTILES].evidence.se, >, 0);
    assert_int_equal(law.rows[QUANTILES].verdicts.exact, VERDICT_INCONCLUSIVE);
    free(law.rows);
    /* Too few steps to reach the stationary scale. */
    sampling.steps = 3;
    law = compare(&sampling, "sgd lr=0.1", levy);
    assert_int_equal(law.rows[2].verdicts.exact, VERDICT_INCONCLUSIVE);
    CHECK_COMPARE(law.rows[2].evidence.bias, >, 0);
    free(law.rows);
    /* Beyond the budget. */
    sampling.max_samples = 100;
    law = compare(&sampling, "sgd lr=0.1", levy);
    assert_int_equal(law.rows[2].verdicts.exact, VERDICT_NOT_SAMPLED);
    free(law.rows);
}

/* --- variances -------------------------------------------------------------------- */

static struct comparison variance(struct noise_law law, uint64_t seed, bool control)
{
    struct sampling sampling = check_sampling(seed, 0.002);
    struct problem problem = problem_of(law);
    const struct rule rule = CHECK_RULE("pnm lr=0.4 beta0=1 beta1=0.7");
    struct comparison *rows, first;
    struct error error;
    size_t count;
    sampling.control = control ? SAMPLING_CONTROL_AUTO : SAMPLING_CONTROL_NONE;
    if (!control) {
        sampling.chains = 64;
        sampling.steps = 192;
    }
    CHECK_OK(stationary_compare(&sampling, &rule, &problem, STATIONARY_DIAGONAL, NULL,
                                NULL, &rows, &count, &error),
             &error);
    first = rows[0];
    free(rows);
    problem_free(&problem);
    return first;
}

/* Variances are those of Gaussian noise, with control variates and without; and their
 * errors are those of what is measured. */
static void variances_do_not_know_the_law(void **state)
{
    (void)state;
    for (int control = 0; control < 2; control++) {
        struct errors *row = check_alloc(1, sizeof *row);
        for (uint64_t seed = 1; seed <= ERRORS_SEEDS; seed++) {
            const struct comparison own = variance(student, seed, control);
            const struct evidence *e = &own.evidence;
            errors_add(row, control ? "controlled" : "plain", e->measured, e->exact,
                       e->se);
        }
        CHECK_ERRORS(row, 1);
        free(row);
    }
    CHECK_EXACT(variance(student, 1, true).evidence.exact,
                variance(gaussian, 1, true).evidence.exact);
}

/* Chains are planned for the fourth moment too: the planned standard error is an upper
 * bound, and that of Gaussian noise is below what is measured. */
static void plans_know_the_fourth_moment(void **state)
{
    const struct noise_law law = {NOISE_STUDENT, 9};
    const struct rule rule = CHECK_RULE("sgd lr=0.8");
    struct linear_system system;
    struct plan_law plan;
    struct problem problem;
    struct moments theta, square;
    struct error error;
    const double noise[3] = {1, 1, 1};
    (void)state;
    CHECK_OK(problem_init_mode(&problem, 1, 1, &error), &error);
    problem.law = law;
    linear_system_probe(&rule, 1, &system);
    CHECK_OK(plan_law_init(&plan, &system, &system, noise, 0, 0, &error), &error);
    const struct sampling sampling = check_sampling(3, 0.01);
    const struct ensemble ensemble =
        sampling_ensemble(&sampling, &rule, &problem, NULL);
    const struct chains chains = {.count = 1 << 14, .steps = 160, .burn_in = 32};
    CHECK_OK(ensemble_moments(&ensemble, &chains, &theta, &square, NULL, &error),
             &error);
    const double measured = moments_stderr(&square) * sqrt((double)square.count);
    const double normal = sqrt(plan_law_variance(&plan, 128));
    plan.excess = noise_law_excess(law);
    const double planned = sqrt(plan_law_variance(&plan, 128));
    CHECK_COMPARE(planned, >, 1.1 * normal);
    CHECK_NEAR(measured, planned, 0.08, 0);
    CHECK_COMPARE(measured, >, 1.05 * normal);
    problem_free(&problem);
}

/* With few draws one of them may move a mean of squares by its band; the same error
 * from more draws, or lighter tails, keeps it. */
static void few_draws_show(void **state)
{
    const struct noise_law five = {NOISE_STUDENT, 5};
    (void)state;
    assert_true(heavy_tail_shows(five, 1e6, 1, 1e-3));
    assert_false(heavy_tail_shows(five, 1e10, 1, 1e-3));
    assert_false(heavy_tail_shows(student, 1e6, 1, 1e-3));
    assert_false(heavy_tail_shows(gaussian, 1e4, 1, 1e-3));
}

/* A mode without noise has no quantiles that could be missed, and is not sampled; the
 * other one is. */
static void a_mode_without_noise(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.4");
    struct sampling sampling = check_sampling(1, 0.01);
    struct problem problem = problem_of(gaussian);
    struct quantile_law law;
    struct error error;
    (void)state;
    sampling.chains = 1280;
    problem.noise[1] = 0;
    CHECK_OK(quantiles_compare(&sampling, &rule, &problem, probabilities, QUANTILES,
                               &law, &error),
             &error);
    for (size_t k = 0; k < law.count; k++)
        assert_int_equal(law.rows[k].evidence.sampled, law.rows[k].i == 0);
    free(law.rows);
    problem_free(&problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_over_seeds),
        cmocka_unit_test(planned_chains_decide),
        cmocka_unit_test(the_band_is_binomial),
        cmocka_unit_test(kurtosis_is_that_of_a_geometric_response),
        cmocka_unit_test(few_chains_have_no_kurtosis),
        cmocka_unit_test(scales_are_sums_of_powers),
        cmocka_unit_test(what_cannot_be_judged_is_inconclusive),
        cmocka_unit_test(variances_do_not_know_the_law),
        cmocka_unit_test(plans_know_the_fourth_moment),
        cmocka_unit_test(few_draws_show),
        cmocka_unit_test(a_mode_without_noise),
    };
    check_filter(argc, argv);
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("quantiles", tests, NULL, NULL);
}
