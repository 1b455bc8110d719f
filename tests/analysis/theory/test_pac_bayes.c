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

/* The size of a covariance of doubles, taken as they are. */
static int size_of(size_t n, const double *covariance, double lambda,
                   struct covariance_size *size, struct error *error)
{
    quad elements[64], bound[64] = {0};
    const struct dense_covariance dense = {
        .name = "the covariance", .n = n, .elements = elements, .bound = bound};
    for (size_t k = 0; k < n * n; k++)
        elements[k] = covariance[k];
    return pac_bayes_size_dense(&dense, lambda, 1e-6, size, error);
}

static struct covariance_size size_of_modes(size_t n, const double *variance,
                                            double lambda)
{
    quad elements[64];
    for (size_t k = 0; k < n; k++)
        elements[k] = variance[k];
    return pac_bayes_size_diagonal(n, elements, lambda);
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
        assert_int_equal(size_of(N, c, lambda, &size, &error), 0);
        CHECK_NEAR(size.kl, kl, 1e-13, 0);
        /* Eq. 21 as it is printed. */
        CHECK_NEAR(size.kl,
                   (lambda * size.trace - size.logdet - N * log(lambda) - N) / 2, 1e-12,
                   1e-12);
        assert_int_equal(pac_bayes_gaussian_kl(N, mean, c, zero, p, &kl, &error), 0);
        CHECK_NEAR(size.kl + lambda * 5.25 / 2, kl, 1e-13, 0);
    }
}

/* (x - 1 - ln x)/2 = e^2/4 - e^3/6 + e^4/8 - ... for x = 1 + e; in two dimensions, with
 * covariance I/lambda + d, the divergence is lambda^2 tr(d^2)/4 to second order. */
static void laws_that_are_nearly_the_same_keep_their_digits(void **state)
{
    (void)state;
    const double e = 0x1p-30;
    for (double off = 7e-4; off > 1e-12; off /= 13) {
        const quad mode = (1 + (quad)off) / 3;
        CHECK_NEAR(pac_bayes_size_diagonal(1, &mode, 3).kl,
                   off * off * (1. / 4 - off / 6 + off * off / 8 - pow(off, 3) / 10),
                   1e-12, 0);
    }
    const double ordinary[2] = {0.3, 7};
    CHECK_NEAR(size_of_modes(2, ordinary, 2).kl,
               (0.6 - 1 - log(0.6) + 14 - 1 - log(14)) / 2, 1e-14, 0);

    const double zero[2] = {0}, near[4] = {0.125 * (1 + e), 0.25 * e, 0.25 * e, 0.125};
    const double prior[4] = {0.125, 0, 0, 0.125};
    struct covariance_size size;
    struct error error;
    double kl;
    assert_int_equal(size_of(2, near, 8, &size, &error), 0);
    CHECK_NEAR(size.kl, (1 + 2 * 4) * e * e / 4, 1e-8, 0);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, near, zero, prior, &kl, &error), 0);
    CHECK_NEAR(kl, size.kl, 1e-14, 0);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, near, zero, near, &kl, &error), 0);
    CHECK_COMPARE(fabs(kl), <, 1e-60);
    /* Scales at which x - 1 is -1, and beyond the doubles. */
    const double tiny[2] = {1e-300, 1e-20};
    CHECK_NEAR(size_of_modes(2, tiny, 1e-100).kl,
               (-2 - log(1e-300) - log(1e-100) - log(1e-20) - log(1e-100)) / 2, 1e-14,
               0);
}

static void singular_covariances_are_refused(void **state)
{
    (void)state;
    const double singular[4] = {1, 1, 1, 1}, zero[2] = {0}, unit[4] = {1, 0, 0, 1};
    const double indefinite[4] = {1, 2, 2, 1};
    struct covariance_size size;
    struct error error;
    double kl;
    assert_int_equal(size_of(2, singular, 1, &size, &error), STATUS_USAGE);
    assert_int_equal(size_of(2, indefinite, 1, &size, &error), STATUS_USAGE);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, singular, zero, unit, &kl, &error),
                     STATUS_USAGE);
    assert_int_equal(pac_bayes_gaussian_kl(2, zero, unit, zero, singular, &kl, &error),
                     STATUS_USAGE);
}

/* Elements that are known to six digits: a pivot that is below 0 by less than these
 * digits tells of lost digits, one that is farther below of no covariance. */
static void lost_digits_are_told_from_what_is_no_covariance(void **state)
{
    (void)state;
    static const double beyond[] = {1e-9, 0.1};
    for (int k = 0; k < 2; k++) {
        const quad off = 1 + (quad)beyond[k], elements[4] = {1, off, off, 1};
        const quad bound[4] = {1e-6, 1e-6, 1e-6, 1e-6};
        const struct dense_covariance dense = {
            .name = "it", .n = 2, .elements = elements, .bound = bound};
        struct covariance_size size;
        struct error error;
        assert_int_equal(pac_bayes_size_dense(&dense, 1, 1, &size, &error),
                         k == 0 ? STATUS_SOFTWARE : STATUS_USAGE);
        assert_string_equal(error.quantity, "noise");
        assert_string_equal(error.text,
                            k == 0 ? "it is singular, or so nearly that all 6 digits "
                                     "of its log-determinant are lost"
                                   : "it is not positive definite");
        CHECK_NAN(size.logdet);
    }
}

/* lambda tr S/2 is 1e309. */
static void a_divergence_beyond_the_doubles_is_refused(void **state)
{
    (void)state;
    const double large[4] = {1e300, 0, 0, 1e300};
    struct covariance_size size;
    struct error error;
    assert_int_equal(size_of(2, large, 1e9, &size, &error), STATUS_SOFTWARE);
    assert_non_null(
        strstr(error.text, "the covariance is beyond the range of numbers"));
    assert_int_equal(size_of(2, large, 1e7, &size, &error), STATUS_OK);
    CHECK_NEAR(size.kl, 1e307, 1e-14, 0);
}

/* With python3-mpmath, 60 digits, from the doubles nearest to the decimals: sgd's
 * closed form, pnm's from the 9 equations of a pair. */
static void nearly_singular_covariances_keep_their_digits(void **state)
{
    (void)state;
    static const double ones[25] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const struct {
        const char *rule;
        enum posterior_kind kind;
        size_t n;
        double h[5], logdet, kl; /* lambda = 10 */
    } known[] = {
        {"sgd lr=0.1",
         POSTERIOR_EXACT,
         2,
         {1, 1.0000001},
         -39.4087772209002526,
         16.9281192819990194},
        {"sgd lr=0.1",
         POSTERIOR_PAPER,
         2,
         {1, 1.0000001},
         -39.6139504089767703,
         17.004390086494342},
        {"pnm lr=0.1 beta0=1 beta1=0.9",
         POSTERIOR_EXACT,
         2,
         {1, 1.0000001},
         -40.818093783729815,
         17.3212290916510444},
        {"sgd lr=0.1",
         POSTERIOR_EXACT,
         2,
         {1, 1.00000001},
         -44.0139472496847115,
         19.2307043188289196},
        {"sgd lr=0.1",
         POSTERIOR_EXACT,
         2,
         {1, 1.000000000001},
         -62.4344501692748248,
         28.4409557811168016},
        {"sgd lr=0.1",
         POSTERIOR_EXACT,
         5,
         {1, 1.5, 2, 2.5, 3},
         -45.3921097755709039,
         15.2341440490782377},
        {"pnm lr=0.1 beta0=1 beta1=0.9",
         POSTERIOR_EXACT,
         5,
         {1, 1.5, 2, 2.5, 3},
         -45.3417795992881368,
         14.7186697092609523},
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const struct rule rule = CHECK_RULE("%s", known[k].rule);
        struct problem problem;
        struct posterior posterior;
        struct error error;
        assert_int_equal(
            problem_init_dense(&problem, known[k].n, known[k].h, ones, &error), 0);
        assert_int_equal(
            posterior_theory(&rule, &problem, known[k].kind, 10, &posterior, &error),
            0);
        CHECK_NEAR(posterior.size.logdet, known[k].logdet, 1e-14, posterior.size.error);
        CHECK_NEAR(posterior.kl, known[k].kl, 1e-14, posterior.size.error / 2);
        CHECK_COMPARE(posterior.size.error, <, POSTERIOR_LOST);
        problem_free(&problem);
    }
}

/* Modes whose curvatures differ by about the root of the last digit: whether their
 * measured covariance is positive definite at all depends on its rounding, in quads and
 * in doubles. Each gives a divergence with its error, or says why there is none. */
static void
measured_covariances_at_the_edge_tell_why_there_is_no_divergence(void **state)
{
    (void)state;
    static const double ones[4] = {1, 1, 1, 1};
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    struct sampling sampling = check_sampling(1, 0.02);
    sampling.chains = 64;
    sampling.burn_in = 8;
    sampling.steps = 16;
    int blurred = 0;
    for (int k = 0; k < 24; k++) {
        const double close[2] = {1, 1 + ldexp(1 + k / 24., -26)};
        struct problem problem;
        struct posterior posterior;
        struct error error;
        CHECK_OK(problem_init_dense(&problem, 2, close, ones, &error), &error);
        CHECK_OK(
            posterior_measure(&sampling, &rule, &problem, 10, NULL, &posterior, &error),
            &error);
        assert_true(posterior.blurred != posterior.known);
        if (posterior.blurred)
            assert_non_null(strstr(posterior.why.text, "covariance is "));
        else
            assert_true(isfinite(posterior.kl) && posterior.kl_se > 0);
        blurred += posterior.blurred;
        problem_free(&problem);
    }
    CHECK_COMPARE(blurred, >=, 12);
}

/* What cannot be had is refused, with the digits that are lost; what a file's rule says
 * in doubles has fewer to lose. The measured covariance is left out, and says why. */
static void lost_digits_are_told(void **state)
{
    (void)state;
    static const double ones[4] = {1, 1, 1, 1};
    static const double close[2] = {1, 1 + 1e-14}, apart[2] = {1, 1.0000001};
    struct rule rule = CHECK_RULE("sgd lr=0.1");
    struct problem problem;
    struct posterior posterior;
    struct error error;
    assert_int_equal(problem_init_dense(&problem, 2, close, ones, &error), 0);
    assert_int_equal(
        posterior_theory(&rule, &problem, POSTERIOR_EXACT, 10, &posterior, &error),
        STATUS_SOFTWARE);
    assert_non_null(strstr(error.text, "the exact covariance is so nearly singular"));
    assert_non_null(strstr(error.text, "digits of its elements are lost"));
    assert_false(posterior.known);
    problem_free(&problem);

    assert_int_equal(problem_init_dense(&problem, 2, apart, ones, &error), 0);
    struct sampling sampling = check_sampling(1, 0.02);
    sampling.chains = 64;
    sampling.burn_in = 64;
    sampling.steps = 256;
    assert_int_equal(
        posterior_measure(&sampling, &rule, &problem, 10, NULL, &posterior, &error), 0);
    assert_true(posterior.blurred && !posterior.known);
    assert_non_null(strstr(posterior.why.text, "the measured covariance"));
    struct rule_kind own = *rule.kind;
    own.name = "somebodys_own"; /* probed */
    rule.kind = &own;
    const int status =
        posterior_theory(&rule, &problem, POSTERIOR_EXACT, 10, &posterior, &error);
    if (status == STATUS_OK)
        CHECK_NEAR(posterior.size.logdet, -39.4087772209002526, 0,
                   posterior.size.error);
    else
        assert_int_equal(status, STATUS_SOFTWARE);
    problem_free(&problem);
}

/* q ln(q/p) + (1-q) ln((1-q)/(1-p)) as it is written, in quads' digits of p. */
static double small_kl(double q, double gap)
{
    const long double p = (long double)q + gap;
    return (double)((q > 0 ? q * logl(q / p) : 0) +
                    (q < 1 ? (1 - (long double)q) * logl((1 - (long double)q) / (1 - p))
                           : 0));
}

static void the_small_kl_is_inverted_from_above(void **state)
{
    (void)state;
    for (double q = 0; q < 1; q += 0.09)
        for (double rhs = 1e-8; rhs < 10; rhs *= 7) {
            const double gap = pac_bayes_small_kl_gap(q, rhs);
            CHECK_COMPARE(gap, >, 0);
            CHECK_COMPARE(gap, <=, 1 - q);
            if (q + gap < 0.999)
                CHECK_NEAR(small_kl(q, gap), rhs, 1e-7, 1e-16);
        }
    /* 1 - p loses digits as p nears 1. */
    for (double rhs = 1e-9; rhs < 20; rhs *= 3)
        CHECK_NEAR(pac_bayes_small_kl_gap(0, rhs), -expm1(-rhs), 2e-14, 0);
    assert_true(pac_bayes_small_kl_gap(1, 0.5) == 0);
    assert_true(pac_bayes_small_kl_gap(0.3, 1e6) == 0.7);
    CHECK_COMPARE(pac_bayes_small_kl_gap(0.3, 0), <, 1e-150);
}

/* With python3-mpmath, 60 digits. A bound may be above the true one, by no more than
 * what is added for rounding, and never below it. */
static void bounds_are_right_and_on_the_safe_side(void **state)
{
    (void)state;
    static const struct {
        double kl, size, delta, risk, paper, mcallester, maurer;
    } known[] = {
        {4.4261234448637624, 1e12, 0.05, 0.5, 2.3915191494915945e-5,
         3.3113829027267424e-6, 3.3113829026904322e-6},
        {0, 1e15, 0.05, 0.5, 7.820757594916198e-7, 1.0236764052074581e-7,
         1.0236764052074474e-7},
        {2, 1e9, 1e-300, 1e-12, 0.0033803951033350408, 0.00059322437070523614,
         7.0384352461204209e-7},
        {1e-9, 1e15, 0.999999, 0.25, 7.5080676157286842e-7, 9.4769553072217735e-8,
         8.2072846453349651e-8},
        {5, 1e6, 0.05, 1 - 0x1p-40, 0.018975516862347949, 0.0027925467527953828,
         9.0949470177292824e-13},
        {3, 10, 0.05, 0.01, 3.7929333338951228, 0.62610590160974202,
         0.55950389723542895},
        {1e-3, 1e15, 0.5, 1e-300, 7.581669552918336e-7, 9.6583338518026061e-8,
         1.8656682558575059e-14},
        {700, 1e4, 0.05, 0.3, 1.0680069062144421, 0.18818794457139145,
         0.18513486524110693},
        {1e12, 100, 0.05, 0.5, 400000.00000165881, 70710.678118866583, 0.5},
        {2, 1000, 0.05, 0, 0.44893892204790751, 0.067611970440170595,
         0.009101089173218491},
        {30, 1, 0.05, 0.1, 23.216848865981425, 4.1041978177296679, 0.9},
    };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const struct pac_bayes_bounds b =
            pac_bayes_bounds(known[k].kl, known[k].size, known[k].delta, known[k].risk);
        const double ours[] = {b.paper, b.mcallester, b.maurer};
        const double right[] = {known[k].paper, known[k].mcallester, known[k].maurer};
        for (int at = 0; at < 3; at++) {
            CHECK_COMPARE(ours[at], >=, right[at]);
            CHECK_COMPARE(ours[at], <=, right[at] * (1 + 4e-14));
        }
    }
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
 * 0 (so the bias of the logarithm is gone) and variance 1, each at the 1e-6 level. For
 * both, control variates give a smaller error for fewer steps. */
static void measured_divergences_have_the_error_they_state(void **state)
{
    (void)state;
    enum { SEEDS = 128 };
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
            const struct sampling sampling = check_sampling(seed, 0.02);
            assert_int_equal(posterior_measure(&sampling, &rule, &problem, 3, NULL,
                                               &measured, &error),
                             0);
            assert_true(measured.known && measured.decisive);
            const double z = (measured.kl - exact.kl) / measured.kl_se;
            sum += z;
            squares += z * z;
        }
        struct sampling plain_sampling = check_sampling(1, 0.02);
        struct posterior plain;
        plain_sampling.control = SAMPLING_CONTROL_NONE;
        assert_int_equal(posterior_measure(&plain_sampling, &rule, &problem, 3, NULL,
                                           &plain, &error),
                         0);
        CHECK_COMPARE(measured.kl_se, <, plain.kl_se / 2);
        CHECK_COMPARE(measured.samples, <, plain.samples / 2);
        CHECK_COMPARE(fabs(sum) / SEEDS, <, 4.9 / sqrt(SEEDS));
        CHECK_COMPARE(squares, >, gsl_cdf_chisq_Pinv(5e-7, SEEDS));
        CHECK_COMPARE(squares, <, gsl_cdf_chisq_Qinv(5e-7, SEEDS));
        problem_free(&problem);
    }
}

/* Where the law is the prior, no error is of first order: without that of second order
 * every twelfth seed would be called a failure. */
static void laws_that_are_the_prior_are_no_failure(void **state)
{
    (void)state;
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    static const double modes[2] = {1, 1};
    static const double noise[4] = {1, 0, 0, 1};
    for (int dense = 0; dense < 2; dense++) {
        struct problem problem;
        struct posterior measured;
        struct error error;
        assert_int_equal(dense ? problem_init_dense(&problem, 2, modes, noise, &error)
                               : problem_init_mode(&problem, 1, 1, &error),
                         0);
        for (uint64_t seed = 1; seed <= 150; seed++) {
            struct sampling sampling = check_sampling(seed, 0.02);
            sampling.threads = 1;
            sampling.chains = 64;
            sampling.burn_in = 64;
            sampling.steps = 128;
            assert_int_equal(posterior_measure(&sampling, &rule, &problem, 19, NULL,
                                               &measured, &error),
                             0);
            /* lambda times the variance, 0.1/(2 - 0.1), is 1. */
            CHECK_COMPARE(fabs(measured.kl), <, 4.89 * measured.kl_se);
        }
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
        struct sampling sampling = check_sampling(seed, 0.001);
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
    problem_free(&problem);
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
        struct sampling sampling = check_sampling(seed, 0.001);
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
        bool at_end;
        assert_int_equal(optimal_beta0(&rule, &problem, (enum posterior_kind)kind, 20,
                                       &at_end, &error),
                         0);
        assert_int_equal(at_end, rule_parameter(&rule, "beta0") == 0);
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
    assert_int_equal(optimal_beta0(&sgd, &problem, POSTERIOR_EXACT, 20, NULL, &error),
                     STATUS_USAGE);
    problem_free(&problem);
}

static void what_has_no_inverse(void **state)
{
    static const double right[] = {2, 1, 1, 3}, singular[] = {1, 2, 2, 4},
                        indefinite[] = {-1, 0, 0, 1};
    /* (2 1; 1 3)^-1 = (3 -1; -1 2)/5 */
    static const double expected[] = {0.6, -0.2, -0.2, 0.4};
    double inverse[4];
    struct error error;
    (void)state;
    CHECK_OK(pac_bayes_inverse(2, right, inverse, &error), &error);
    for (int k = 0; k < 4; k++)
        CHECK_NEAR(inverse[k], expected[k], 1e-15, 0);
    CHECK_REFUSED("singular", pac_bayes_inverse(2, singular, inverse, &error), &error,
                  "not positive definite");
    CHECK_REFUSED("indefinite", pac_bayes_inverse(2, indefinite, inverse, &error),
                  &error, "not positive definite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergences_agree_in_three_ways),
        cmocka_unit_test(laws_that_are_nearly_the_same_keep_their_digits),
        cmocka_unit_test(singular_covariances_are_refused),
        cmocka_unit_test(
            measured_covariances_at_the_edge_tell_why_there_is_no_divergence),
        cmocka_unit_test(lost_digits_are_told_from_what_is_no_covariance),
        cmocka_unit_test(a_divergence_beyond_the_doubles_is_refused),
        cmocka_unit_test(nearly_singular_covariances_keep_their_digits),
        cmocka_unit_test(lost_digits_are_told),
        cmocka_unit_test(the_small_kl_is_inverted_from_above),
        cmocka_unit_test(bounds_are_right_and_on_the_safe_side),
        cmocka_unit_test(bounds_are_numbers_at_the_extremes),
        cmocka_unit_test(dense_posteriors_agree_with_an_independent_divergence),
        cmocka_unit_test(measured_divergences_have_the_error_they_state),
        cmocka_unit_test(laws_that_are_the_prior_are_no_failure),
        cmocka_unit_test(the_logarithm_is_corrected_for_its_bias),
        cmocka_unit_test(the_log_determinant_is_corrected_for_its_bias),
        cmocka_unit_test(the_best_beta0_is_the_best_of_a_scan),
        cmocka_unit_test(what_has_no_inverse),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
