/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_pac_bayes.c: divergences in second ways, bounds at their extremes, posteriors
 * with their errors. */
#include "check.h"
#include "cli/problem_form.h"

#include "compare/optimal_beta0.h"
#include "compare/posterior.h"
#include "theory/stein.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

enum { N = 3 };
static const double h[N] = {0.5, 1, 2};
static const double c[N * N] = {1, 0.5, -0.3, 0.5, 2, 0.4, -0.3, 0.4, 1.5};

/* KL by the eigenvalues of S_P^-1 S_Q (generalised symmetric problem): no determinant,
 * no Cholesky factor of ours. */
static double kl_by_eigenvalues(size_t n, const double *q, const double *p)
{
    double a[64], b[64], sum = 0;
    gsl_vector *values = gsl_vector_alloc(n);
    gsl_eigen_gensymm_workspace *workspace = gsl_eigen_gensymm_alloc(n);
    memcpy(a, q, n * n * sizeof *a);
    memcpy(b, p, n * n * sizeof *b);
    gsl_matrix_view first = gsl_matrix_view_array(a, n, n);
    gsl_matrix_view second = gsl_matrix_view_array(b, n, n);
    assert_int_equal(
        gsl_eigen_gensymm(&first.matrix, &second.matrix, values, workspace), 0);
    for (size_t i = 0; i < n; i++) {
        const double x = gsl_vector_get(values, i);
        sum += (x - 1 - log(x)) / 2;
    }
    gsl_eigen_gensymm_free(workspace);
    gsl_vector_free(values);
    return sum;
}

static void prior_covariance(double lambda, double *p)
{
    memset(p, 0, N * N * sizeof *p);
    for (int i = 0; i < N; i++)
        p[i * N + i] = 1 / lambda;
}

static void divergences_agree_in_three_ways(void **state)
{
    (void)state;
    const double zero[N] = {0}, mean[N] = {1, -2, 0.5};
    for (double lambda = 1e-4; lambda < 1e4; lambda *= 30) {
        double p[N * N], kl;
        struct covariance_size size;
        struct error error;
        prior_covariance(lambda, p);
        assert_int_equal(pac_bayes_gaussian_kl(N, zero, c, zero, p, &kl, &error), 0);
        CHECK_NEAR(kl, kl_by_eigenvalues(N, c, p), 1e-12, 1e-13);
        assert_int_equal(pac_bayes_size_dense(N, c, &size, &error), 0);
        CHECK_NEAR(pac_bayes_prior_kl(N, size, lambda, 0), kl, 1e-12, 1e-13);
        CHECK_NEAR(pac_bayes_prior_kl(N, size, lambda, 5.25), kl + lambda * 5.25 / 2,
                   1e-12, 0);
        assert_int_equal(pac_bayes_gaussian_kl(N, mean, c, zero, p, &kl, &error), 0);
        CHECK_NEAR(pac_bayes_prior_kl(N, size, lambda, 5.25), kl, 1e-12, 1e-13);
    }
}

static void diagonal_divergences_keep_their_digits(void **state)
{
    (void)state;
    const double variance[2] = {0.1 * (1 + 1e-9), 0.1 * (1 - 2e-9)};
    /* (x - 1 - ln x)/2 = e^2/4 for x = 1 + e. */
    CHECK_NEAR(pac_bayes_prior_kl_diagonal(2, variance, 10, 0), (1 + 4) * 1e-18 / 4,
               1e-6, 0);
    const double ordinary[2] = {0.3, 7};
    CHECK_NEAR(pac_bayes_prior_kl_diagonal(2, ordinary, 2, 3),
               pac_bayes_prior_kl(2, pac_bayes_size_diagonal(2, ordinary), 2, 3), 1e-14,
               0);
}

static void singular_covariances_are_refused(void **state)
{
    (void)state;
    const double singular[4] = {1, 1, 1, 1}, zero[2] = {0}, unit[4] = {1, 0, 0, 1};
    struct covariance_size size;
    struct error error;
    double kl;
    assert_int_equal(pac_bayes_size_dense(2, singular, &size, &error), STATUS_USAGE);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, singular, zero, unit, &kl, &error),
                     STATUS_USAGE);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, unit, zero, singular, &kl, &error),
                     STATUS_USAGE);
}

static double small_kl(double q, double p)
{
    return (q > 0 ? q * log(q / p) : 0) +
           (q < 1 ? (1 - q) * log((1 - q) / (1 - p)) : 0);
}

static void the_small_kl_is_inverted_from_above(void **state)
{
    (void)state;
    for (double q = 0; q < 1; q += 0.09)
        for (double rhs = 1e-8; rhs < 10; rhs *= 7) {
            const double p = pac_bayes_small_kl_inverse(q, rhs);
            CHECK_COMPARE(p, >, q);
            CHECK_COMPARE(p, <=, 1);
            if (p < 0.999)
                CHECK_NEAR(small_kl(q, p), rhs, 1e-6, 1e-12);
        }
    /* 1 - p loses digits as p nears 1. */
    for (double rhs = 1e-9; rhs < 20; rhs *= 3)
        CHECK_NEAR(pac_bayes_small_kl_inverse(0, rhs), -expm1(-rhs), 1e-9, 0);
    CHECK_COMPARE(pac_bayes_small_kl_inverse(1, 0.5), ==, 1);
    CHECK_COMPARE(pac_bayes_small_kl_inverse(0.3, 1e6), ==, 1);
    CHECK_NEAR(pac_bayes_small_kl_inverse(0.3, 0), 0.3, 1e-7, 0);
}

static void bounds_are_numbers_at_the_extremes(void **state)
{
    (void)state;
    const double risks[] = {0, 0.5, 1}, sizes[] = {1, 100, 1e15};
    const double deltas[] = {1e-300, 0.05, 1 - 1e-15}, divergences[] = {0, 1, 1e12};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++) {
                    const struct pac_bayes_bounds b =
                        pac_bayes_bounds(divergences[i], sizes[j], deltas[k], risks[l]);
                    CHECK_COMPARE(b.paper, >=, 0);
                    CHECK_COMPARE(b.paper, <, INFINITY);
                    CHECK_COMPARE(b.mcallester, >=, 0);
                    CHECK_COMPARE(b.mcallester, <, INFINITY);
                    CHECK_COMPARE(b.maurer, >=, 0);
                    CHECK_COMPARE(b.maurer, <=, 1 - risks[l]);
                    /* Pinsker: the small kl is never worse than the square root. */
                    CHECK_COMPARE(b.maurer, <=, b.mcallester * (1 + 1e-9) + 1e-15);
                }
    const struct pac_bayes_bounds known = pac_bayes_bounds(2, 1000, 0.05, 0.1);
    CHECK_NEAR(known.paper, 4 * sqrt((2 + log(40000)) / 1000), 1e-14, 0);
    CHECK_NEAR(known.mcallester, sqrt((2 + log(2 * sqrt(1000) / 0.05)) / 2000), 1e-14,
               0);
}

static struct sampling settings(uint64_t seed, double precision)
{
    struct error error;
    return (struct sampling){.kernels = kernels_find(&error),
                             .seed = seed,
                             .threads = 2,
                             .quiet = true,
                             .burn_in = PLAN_AUTO,
                             .precision = precision,
                             .precision_given = true,
                             .max_samples = 2e9};
}

static void dense_posteriors_agree_with_an_independent_divergence(void **state)
{
    (void)state;
    static const char *const rules[] = {"sgd lr=0.2", "heavy_ball lr=0.2 beta1=0.9",
                                        "pnm lr=0.2 beta0=1 beta1=0.9"};
    for (int k = 0; k < 3; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        struct problem problem;
        struct posterior posterior;
        struct error error;
        double s[N * N], p[N * N];
        assert_int_equal(problem_init_dense(&problem, N, h, c, &error), 0);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                struct linear_system a, b;
                linear_system_probe(&rule, h[i], &a);
                linear_system_probe(&rule, h[j], &b);
                assert_int_equal(
                    stein_covariance(&a, &b, c[i * N + j], &s[i * N + j], NULL, &error),
                    0);
            }
        prior_covariance(3, p);
        assert_int_equal(
            posterior_theory(&rule, &problem, POSTERIOR_EXACT, 3, &posterior, &error),
            0);
        CHECK_NEAR(posterior.kl, kl_by_eigenvalues(N, s, p), 1e-10, 0);
        problem_free(&problem);
    }
}

/* z = (measured - exact)/se over seeds, for independent and for correlated modes: mean
 * 0 (so the bias of the logarithm is gone) and variance 1, each at the 1e-6 level. */
static void measured_divergences_have_the_error_they_state(void **state)
{
    (void)state;
    enum { SEEDS = 100 };
    const struct rule rule = CHECK_RULE("pnm lr=0.3 beta0=1 beta1=0.9");
    for (int dense = 0; dense < 2; dense++) {
        double sum = 0, squares = 0;
        struct problem problem;
        struct posterior exact, measured;
        struct error error;
        const struct problem_form text = {
            .spectrum = "0.5,1,2", .noise = "hessian", .batch = 1, .theta_star = "0.3"};
        if (dense)
            assert_int_equal(problem_init_dense(&problem, N, h, c, &error), 0);
        else
            assert_int_equal(problem_form_read(&problem, &text, &error), 0);
        assert_int_equal(
            posterior_theory(&rule, &problem, POSTERIOR_EXACT, 3, &exact, &error), 0);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            const struct sampling sampling = settings(seed, 0.02);
            assert_int_equal(posterior_measure(&sampling, &rule, &problem, 3, NULL,
                                               &measured, &error),
                             0);
            assert_true(measured.known && measured.decisive);
            const double z = (measured.kl - exact.kl) / measured.kl_se;
            sum += z;
            squares += z * z;
        }
        CHECK_COMPARE(fabs(sum) / SEEDS, <, 4.9 / sqrt(SEEDS));
        CHECK_COMPARE(squares, >, gsl_cdf_chisq_Pinv(5e-7, SEEDS));
        CHECK_COMPARE(squares, <, gsl_cdf_chisq_Qinv(5e-7, SEEDS));
        problem_free(&problem);
    }
}

/* Few short chains make the bias of the uncorrected logarithm -(relative error)^2/2,
 * about -0.01; over 10 000 seeds the mean's standard error is 0.0014, so it would be
 * seen. */
static void the_logarithm_is_corrected_for_its_bias(void **state)
{
    (void)state;
    enum { SEEDS = 10000 };
    const struct rule rule = CHECK_RULE("sgd lr=0.5");
    struct problem problem;
    struct posterior exact, measured;
    struct error error;
    double sum = 0, squares = 0, uncorrected = 0;
    assert_int_equal(problem_init_mode(&problem, 1, 1, &error), 0);
    assert_int_equal(
        posterior_theory(&rule, &problem, POSTERIOR_EXACT, 1, &exact, &error), 0);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sampling sampling = settings(seed, 0.001);
        sampling.threads = 1;
        sampling.chains = 64;
        sampling.burn_in = 64;
        sampling.steps = 66; /* two steps a chain */
        assert_int_equal(
            posterior_measure(&sampling, &rule, &problem, 1, NULL, &measured, &error),
            0);
        const double off = measured.size.logdet - exact.size.logdet;
        sum += off;
        squares += off * off;
        uncorrected += log(measured.size.trace) - exact.size.logdet;
    }
    const double mean = sum / SEEDS, se = sqrt(squares / SEEDS / SEEDS);
    CHECK_COMPARE(fabs(mean), <, 4.9 * se);
    CHECK_COMPARE(fabs(uncorrected / SEEDS), >, 4.9 * se); /* the test could fail */
}

/* The same for three correlated modes: the bias of the uncorrected log-determinant is
 * about -0.07 there, the standard error of the mean over the seeds below 0.006. */
static void the_log_determinant_is_corrected_for_its_bias(void **state)
{
    (void)state;
    enum { SEEDS = 4000 };
    const struct rule rule = CHECK_RULE("sgd lr=0.3");
    struct problem problem;
    struct posterior exact, measured;
    struct error error;
    struct moments off = {0};
    assert_int_equal(problem_init_dense(&problem, N, h, c, &error), 0);
    assert_int_equal(
        posterior_theory(&rule, &problem, POSTERIOR_EXACT, 1, &exact, &error), 0);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct sampling sampling = settings(seed, 0.001);
        sampling.threads = 1;
        sampling.chains = 64;
        sampling.burn_in = 64;
        sampling.steps = 66;
        assert_int_equal(
            posterior_measure(&sampling, &rule, &problem, 1, NULL, &measured, &error),
            0);
        moments_add(&off, measured.size.logdet - exact.size.logdet);
    }
    problem_free(&problem);
    CHECK_COMPARE(moments_stderr(&off), <, 0.006);
    /* The second-order correction leaves what is of third order: a tenth of the bias.
     */
    CHECK_COMPARE(fabs(off.mean), <, 4.9 * moments_stderr(&off) + 0.007);
}

static void the_best_beta0_is_the_best_of_a_scan(void **state)
{
    (void)state;
    struct problem problem;
    struct error error;
    const struct problem_form text = {
        .spectrum = "0.1,1", .noise = "hessian", .batch = 1};
    assert_int_equal(problem_form_read(&problem, &text, &error), 0);
    for (int kind = POSTERIOR_PAPER; kind <= POSTERIOR_EXACT; kind++) {
        struct rule rule = CHECK_RULE("pnm lr=0.5 beta0=1 beta1=0.9");
        struct posterior best, other;
        assert_int_equal(
            optimal_beta0(&rule, &problem, (enum posterior_kind)kind, 20, &error), 0);
        assert_int_equal(posterior_theory(&rule, &problem, (enum posterior_kind)kind,
                                          20, &best, &error),
                         0);
        for (double beta0 = 0; beta0 < 100; beta0 += 0.05) {
            check_set(&rule, "beta0", beta0);
            assert_int_equal(posterior_theory(&rule, &problem,
                                              (enum posterior_kind)kind, 20, &other,
                                              &error),
                             0);
            CHECK_COMPARE(best.kl, <=, other.kl * (1 + 1e-12));
        }
    }
    struct rule sgd = CHECK_RULE("sgd lr=0.5");
    assert_int_equal(optimal_beta0(&sgd, &problem, POSTERIOR_EXACT, 20, &error),
                     STATUS_USAGE);
    problem_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergences_agree_in_three_ways),
        cmocka_unit_test(diagonal_divergences_keep_their_digits),
        cmocka_unit_test(singular_covariances_are_refused),
        cmocka_unit_test(the_small_kl_is_inverted_from_above),
        cmocka_unit_test(bounds_are_numbers_at_the_extremes),
        cmocka_unit_test(dense_posteriors_agree_with_an_independent_divergence),
        cmocka_unit_test(measured_divergences_have_the_error_they_state),
        cmocka_unit_test(the_logarithm_is_corrected_for_its_bias),
        cmocka_unit_test(the_log_determinant_is_corrected_for_its_bias),
        cmocka_unit_test(the_best_beta0_is_the_best_of_a_scan),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
