/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/problem_form.h"

/* --- helpers ---------------------------------------------------------------------- */

static struct problem_form text_of(const char *spectrum, const char *noise)
{
    return (struct problem_form){.spectrum = spectrum, .noise = noise, .batch = 1};
}

static struct problem made(struct problem_form text)
{
    struct problem q;
    struct error error;
    CHECK_OK(problem_form_read(&q, &text, &error), &error);
    return q;
}

static void refused(struct problem_form text, const char *what, const char *word)
{
    struct problem q;
    struct error error = {.agreed = false};
    const int status = problem_form_read(&q, &text, &error);
    CHECK_REFUSED(what, status, &error, word);
    problem_free(&q);
    problem_free(&q);
}

/* "file:PATH" of a temporary file with this content. */
struct text_file {
    char option[80];
    char path[64];
};

static struct text_file file_of(const char *content)
{
    struct text_file file;
    check_file(content, strlen(content), file.path);
    snprintf(file.option, sizeof file.option, "file:%s", file.path);
    return file;
}

/* --- spectrum --------------------------------------------------------------------- */

static void check_spectrum(const char *spectrum, size_t n, const double *h)
{
    struct problem q = made(text_of(spectrum, "hessian"));
    assert_int_equal(q.n, n);
    assert_false(q.dense);
    CHECK_EXACT(q.slope, 0.0);
    for (size_t i = 0; i < n; i++) {
        CHECK_NEAR(q.h[i], h[i], 8 * DBL_EPSILON, 0);
        CHECK_EXACT(q.theta_star[i], 0.0);
        CHECK_EXACT(q.start[i], 0.0);
    }
    problem_free(&q);
}

static void test_spectrum(void **state)
{
    struct text_file file = file_of("3 # steep\n0.5\n0.25\n");
    (void)state;
    check_spectrum("0.1,1,10", 3, (const double[]){0.1, 1, 10});
    check_spectrum("10,0.1,1", 3, (const double[]){10, 0.1, 1});
    check_spectrum("2.5", 1, (const double[]){2.5});
    check_spectrum("const:0.3:4", 4, (const double[]){0.3, 0.3, 0.3, 0.3});
    check_spectrum("linear:1:2:5", 5, (const double[]){1, 1.25, 1.5, 1.75, 2});
    check_spectrum("log:0.01:100:3", 3, (const double[]){0.01, 1, 100});
    check_spectrum("power:1:4", 4, (const double[]){1, 1 / 2., 1 / 3., 1 / 4.});
    check_spectrum("power:-2:3", 3, (const double[]){1, 4, 9});
    check_spectrum("power:0.5:2", 2, (const double[]){1, 0.70710678118654752});
    check_spectrum("power:0:2", 2, (const double[]){1, 1});
    check_spectrum(file.option, 3, (const double[]){3, 0.5, 0.25});
    unlink(file.path);
}

static void test_spectrum_power_by_libm(void **state)
{
    struct problem q = made(text_of("power:1.7:1000", "hessian"));
    (void)state;
    assert_int_equal(q.n, 1000);
    for (size_t i = 0; i < q.n; i++)
        CHECK_NEAR(q.h[i], pow((double)(i + 1), -1.7), 32 * DBL_EPSILON, 0);
    problem_free(&q);
}

static void curvatures_must_be_above_0(void **state)
{
    static const double bad[][2] = {{1, 0}, {1, -2}, {1, NAN}};
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct problem problem;
        struct error error;
        assert_int_equal(problem_init(&problem, 2, bad[k], &error), STATUS_USAGE);
        assert_string_equal(error.quantity, "spectrum");
        assert_non_null(strstr(error.text, "curvature 2 is "));
        problem_free(&problem);
        CHECK_OK(problem_init_any(&problem, 2, bad[k], &error), &error);
        problem_free(&problem);
    }
}

static void test_spectrum_refuses(void **state)
{
    static const char *const bad[] = {
        "",
        "0",
        "-1",
        "1,0,2",
        "1,-1e-300",
        "nan",
        "1,,2",
        "const:1",
        "const:1:0",
        "const:1:2.5",
        "const:1:-1",
        "const:1:1e9",
        "const::3",
        "const:0:3",
        "const:-2:3",
        "const:1:3:4",
        "const:x:3",
        "const:1.00000000000000000000000000000000000000000000000000000000000000e5:2",
        "linear:0:1:3",
        "linear:-1:1:4",
        "linear:1:2",
        "log:0:1:3",
        "power:1",
        "power:x:3",
        "power:1:0",
        "power:400:1000",
        "power:-400:1000",
        "cubic:1:3",
        "file:",
        "file:/nonexistent/file",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(text_of(bad[i], "hessian"), bad[i], "--spectrum");
}

/* --- noise ------------------------------------------------------------------------ */

static void test_noise_hessian(void **state)
{
    struct problem_form text = text_of("0.1,1,10", "hessian");
    (void)state;
    text.batch = 128;
    struct problem q = made(text);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            CHECK_EXACT(problem_noise(&q, i, j), i == j ? q.h[i] / 128 : 0);
    problem_free(&q);
}

/* The batch divides C for "hessian" only. */
static void test_noise_isotropic(void **state)
{
    static const char *const noise[] = {"isotropic:0.25", "isotropic:0"};
    static const double variance[] = {0.25, 0};
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct problem_form text = text_of("0.1,1,10", noise[k]);
        text.batch = 128;
        struct problem q = made(text);
        assert_false(q.dense);
        for (size_t i = 0; i < 3; i++)
            CHECK_EXACT(problem_noise(&q, i, i), variance[k]);
        problem_free(&q);
    }
}

static void test_noise_spectrum_file(void **state)
{
    struct text_file file = file_of("0.5, 0, 2\n");
    struct problem_form text = text_of("0.1,1,10", file.option);
    (void)state;
    text.batch = 128;
    struct problem q = made(text);
    assert_false(q.dense);
    CHECK_EXACT(problem_noise(&q, 0, 0), 0.5);
    CHECK_EXACT(problem_noise(&q, 1, 1), 0.0);
    CHECK_EXACT(problem_noise(&q, 2, 2), 2.0);
    CHECK_EXACT(problem_noise(&q, 0, 2), 0.0);
    problem_free(&q);
    unlink(file.path);
}

/* n x n numbers as a square, one row or one column are the same dense matrix. */
static void test_noise_dense_file(void **state)
{
    static const char *const shape[] = {"4 2 0.5\n2 3 -1\n0.5 -1 2\n",
                                        "4 2 0.5 2 3 -1 0.5 -1 2\n",
                                        "4\n2\n0.5\n2\n3\n-1\n0.5\n-1\n2\n"};
    static const double c[] = {4, 2, 0.5, 2, 3, -1, 0.5, -1, 2};
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct text_file file = file_of(shape[k]);
        struct problem_form text = text_of("0.1,1,10", file.option);
        text.batch = 128;
        struct problem q = made(text);
        assert_true(q.dense);
        CHECK_SAME(q.noise, c, 9);
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 3; j++) {
                double product = 0;
                for (size_t l = 0; l < 3; l++)
                    product += q.factor[i * 3 + l] * q.factor[j * 3 + l];
                CHECK_EXACT(problem_noise(&q, i, j), c[i * 3 + j]);
                CHECK_NEAR(product, c[i * 3 + j], 0, 4e-15);
            }
        problem_free(&q);
        unlink(file.path);
    }
}

/* One curvature: one number is its variance, whatever it is called. */
static void test_noise_file_of_one(void **state)
{
    struct text_file file = file_of("0.5");
    (void)state;
    struct problem q = made(text_of("2", file.option));
    assert_false(q.dense);
    CHECK_EXACT(problem_noise(&q, 0, 0), 0.5);
    problem_free(&q);
    unlink(file.path);
}

static void test_noise_refuses(void **state)
{
    static const char *const bad[] = {"",
                                      "gaussian",
                                      "Hessian",
                                      "hessian ",
                                      "isotropic",
                                      "isotropic:",
                                      "isotropic:-1",
                                      "isotropic:nan",
                                      "isotropic:1,2",
                                      "file:",
                                      "file:/nonexistent/file"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(text_of("1,2", bad[i]), bad[i], "--noise");
}

static void test_noise_file_refuses(void **state)
{
    static const struct {
        const char *spectrum, *content, *word;
    } bad[] = {
        {"1,2", "1 2 3", "allowed are 2"},
        {"1,2", "1", "allowed are 2"},
        {"1,2", "1 2 3 4 5", "2 x 2"},
        {"1,2,3,4", "1 2\n3 4\n", "in a row or column"},
        {"1,2", "1 -1", "variance 2 is -1"},
        {"1", "-1", "variance 1 is -1"},
        {"1,2", "1 0.5\n0.4 1\n", "not symmetric"},
        {"1,2", "1 2\n2 1\n", "not positive semidefinite"},
        {"1,2", "0 1\n1 0\n", "not positive semidefinite"},
        {"1,2", "-1 0\n0 1\n", "not positive semidefinite"},
        {"1,2", "1 0\n0 -1\n", "not positive semidefinite"},
        {"1,2,3,4", "1 0 0 0 0 1 0 0\n0 0 1 0 0 0 0 1\n", "4 rows"},
        {"1,2", "1 0\n0\n", "line 2"},
        {"1,2", "", "no numbers"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct text_file file = file_of(bad[i].content);
        refused(text_of(bad[i].spectrum, file.option), bad[i].content, bad[i].word);
        refused(text_of(bad[i].spectrum, file.option), bad[i].content, "--noise");
        unlink(file.path);
    }
}

/* --- Cholesky factor -------------------------------------------------------------- */

enum { MOST = 12 };

/* c = q diag(e) q', q a random rotation: Householder reflections one after the other.
 */
static void with_eigenvalues(size_t n, const double *e, uint64_t *random, double *c)
{
    memset(c, 0, n * n * sizeof *c);
    for (size_t i = 0; i < n; i++)
        c[i * n + i] = e[i];
    for (int reflection = 0; reflection < 4; reflection++) {
        double v[MOST], w[MOST], norm = 0, vcv = 0;
        for (size_t i = 0; i < n; i++) {
            v[i] = check_normal(random);
            norm += v[i] * v[i];
        }
        for (size_t i = 0; i < n; i++) {
            w[i] = 0;
            for (size_t j = 0; j < n; j++)
                w[i] += c[i * n + j] * v[j];
            vcv += v[i] * w[i];
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += -2 / norm * (v[i] * w[j] + w[i] * v[j]) +
                                4 * vcv / (norm * norm) * v[i] * v[j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            c[i * n + j] = c[j * n + i];
}

/* F is lower triangular, its diagonal >= 0, and F F' = C to tolerance sqrt(C_ii C_jj).
 */
static void check_factor(size_t n, const double *c, double tolerance)
{
    double f[MOST * MOST];
    struct error error;
    CHECK_OK(problem_cholesky(n, c, f, &error), &error);
    for (size_t i = 0; i < n; i++) {
        CHECK_COMPARE(f[i * n + i], >=, 0);
        for (size_t j = 0; j < n; j++) {
            double product = 0;
            for (size_t k = 0; k < n; k++)
                product += f[i * n + k] * f[j * n + k];
            CHECK_NEAR(product, c[i * n + j], 0,
                       tolerance * sqrt(c[i * n + i] * c[j * n + j]));
            if (j > i)
                CHECK_EXACT(f[i * n + j], 0.0);
        }
    }
}

static void test_factor_definite(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (size_t n = 1; n <= MOST; n++)
        for (int k = 0; k < 20; k++) {
            double e[MOST], c[MOST * MOST];
            for (size_t i = 0; i < n; i++)
                e[i] = exp(check_uniform(&random, -6, 6));
            with_eigenvalues(n, e, &random, c);
            check_factor(n, c, 1e-14);
        }
}

static void test_factor_of_singular(void **state)
{
    (void)state;
    check_factor(3, (const double[]){1, 1, 1, 1, 1, 1, 1, 1, 1}, 1e-15);
    check_factor(3, (const double[]){0, 0, 0, 0, 4, 2, 0, 2, 1}, 1e-15);
    check_factor(3, (const double[]){4, 2, 0, 2, 1, 0, 0, 0, 0}, 1e-15);
    check_factor(3, (const double[9]){0}, 0);
}

/* C = G G' with G n x rank and rows of any size: semidefinite for rank < n, and every
 * coordinate counts on its own scale. */
static void test_factor_of_product(void **state)
{
    uint64_t random = 2;
    (void)state;
    for (size_t n = 1; n <= MOST; n++)
        for (size_t rank = 1; rank <= n; rank++)
            for (int k = 0; k < 20; k++) {
                double g[MOST * MOST] = {0}, c[MOST * MOST] = {0};
                for (size_t i = 0; i < n; i++) {
                    const double size = pow(10, check_uniform(&random, -9, 9));
                    for (size_t l = 0; l < rank; l++)
                        g[i * rank + l] = size * check_normal(&random);
                }
                for (size_t i = 0; i < n; i++)
                    for (size_t j = 0; j < n; j++)
                        for (size_t l = 0; l < rank; l++)
                            c[i * n + j] += g[i * rank + l] * g[j * rank + l];
                check_factor(n, c, (double)n * 1e-12);
            }
}

static int factor_status(size_t n, const double *c, struct error *error)
{
    double f[MOST * MOST];
    return problem_cholesky(n, c, f, error);
}

/* One eigenvalue is below 0 by 1e-9 of the largest: far beyond the tolerance. */
static void test_factor_indefinite(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (size_t n = 2; n <= MOST; n++)
        for (int k = 0; k < 20; k++) {
            double e[MOST], c[MOST * MOST];
            struct error error = {.agreed = false};
            for (size_t i = 0; i < n; i++)
                e[i] = check_uniform(&random, 0.1, 1);
            e[0] = -pow(10, -check_uniform(&random, 0, 9));
            with_eigenvalues(n, e, &random, c);
            CHECK_REFUSED("indefinite", factor_status(n, c, &error), &error,
                          "not positive semidefinite");
        }
}

/* The tolerance is n 1e-13 of sqrt(C_ii C_jj) for element (i, j). */
static void test_factor_tolerance(void **state)
{
    static const struct {
        double c[4];
        const char *what, *word;
    } bad[] = {
        {{1, 0.5 + 1e-11, 0.5, 1}, "asymmetric", "not symmetric: elements (2,1)"},
        {{1e-12, 0.5001e-6, 0.5e-6, 1}, "asymmetric on its scale", "not symmetric"},
        {{1, 1 + 1e-11, 1 + 1e-11, 1}, "too large", "is left at (2,2)"},
        {{1e-12, 1.0001e-6, 1.0001e-6, 1}, "too large on its scale", "is left at"},
        {{0, 1e-30, 1e-30, 1}, "beside a vanishing diagonal", "semidefinite"},
        {{1, 0, 0, -1e-30}, "a negative diagonal", "semidefinite"},
    };
    (void)state;
    check_factor(2, (const double[]){1, 0.5 + 1e-14, 0.5, 1}, 1e-13);
    check_factor(2, (const double[]){1, 1 + 1e-14, 1 + 1e-14, 1}, 1e-13);
    check_factor(2, (const double[]){1, 0, 0, 1e-30}, 1e-15);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {.agreed = false};
        CHECK_REFUSED(bad[i].what, factor_status(2, bad[i].c, &error), &error,
                      bad[i].word);
    }
}

/* --- minimum and start ------------------------------------------------------------ */

static void test_vectors(void **state)
{
    struct text_file file = file_of("1 2 3");
    struct problem_form text = text_of("0.1,1,10", "hessian");
    (void)state;
    text.theta_star = file.option;
    struct problem q = made(text);
    CHECK_SAME(q.theta_star, ((const double[]){1, 2, 3}), 3);
    CHECK_SAME(q.start, ((const double[]){1, 2, 3}), 3);
    problem_free(&q);
    text.start = "-0.5";
    q = made(text);
    CHECK_SAME(q.theta_star, ((const double[]){1, 2, 3}), 3);
    CHECK_SAME(q.start, ((const double[]){-0.5, -0.5, -0.5}), 3);
    problem_free(&q);
    text.theta_star = "7";
    text.start = file.option;
    q = made(text);
    CHECK_SAME(q.theta_star, ((const double[]){7, 7, 7}), 3);
    CHECK_SAME(q.start, ((const double[]){1, 2, 3}), 3);
    problem_free(&q);
    unlink(file.path);
}

static void test_vectors_refuse(void **state)
{
    struct text_file two = file_of("1 2"), letters = file_of("1 2 x");
    struct text_file four = file_of("1 2 3 4");
    const char *const bad[] = {four.option,
                               "",
                               "x",
                               "1,2,3",
                               "nan",
                               "1e400",
                               two.option,
                               letters.option,
                               "file:/nonexistent"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct problem_form text = text_of("0.1,1,10", "hessian");
        text.start = bad[i];
        refused(text, bad[i], "--start");
        text.start = NULL;
        text.theta_star = bad[i];
        refused(text, bad[i], "--theta-star");
    }
    unlink(two.path);
    unlink(four.path);
    unlink(letters.path);
}

/* --- losses made by programs ------------------------------------------------------ */

static void test_mode(void **state)
{
    struct problem q;
    struct error error;
    (void)state;
    CHECK_OK(problem_init_mode(&q, 3, 0.5, &error), &error);
    assert_int_equal(q.n, 1);
    assert_false(q.dense);
    CHECK_EXACT(q.h[0], 3.0);
    CHECK_EXACT(q.slope, 0.0);
    CHECK_EXACT(problem_noise(&q, 0, 0), 0.5);
    CHECK_EXACT(q.start[0], 0.0);
    CHECK_EXACT(q.theta_star[0], 0.0);
    problem_free(&q);
}

static void test_linear(void **state)
{
    struct problem q;
    struct error error;
    (void)state;
    CHECK_OK(problem_init_linear(&q, -3, 0.5, &error), &error);
    assert_int_equal(q.n, 1);
    assert_false(q.dense);
    CHECK_EXACT(q.h[0], 0.0);
    CHECK_EXACT(q.slope, -3.0);
    CHECK_EXACT(problem_noise(&q, 0, 0), 0.5);
    CHECK_EXACT(q.start[0], 0.0);
    problem_free(&q);
}

static void test_dense(void **state)
{
    static const double h[] = {1, 2}, c[] = {2, -1, -1, 3}, bad[] = {1, 2, 2, 1};
    struct problem q;
    struct error error = {.agreed = false};
    (void)state;
    CHECK_OK(problem_init_dense(&q, 2, h, c, &error), &error);
    assert_int_equal(q.n, 2);
    assert_true(q.dense);
    CHECK_SAME(q.h, h, 2);
    CHECK_SAME(q.noise, c, 4);
    CHECK_EXACT(problem_noise(&q, 0, 1), -1.0);
    CHECK_NEAR(q.factor[0], sqrt(2), DBL_EPSILON, 0);
    CHECK_NEAR(q.factor[2], -1 / sqrt(2), 2 * DBL_EPSILON, 0);
    CHECK_NEAR(q.factor[3], sqrt(2.5), 2 * DBL_EPSILON, 0);
    CHECK_EXACT(q.factor[1], 0.0);
    problem_free(&q);
    CHECK_REFUSED("indefinite", problem_init_dense(&q, 2, h, bad, &error), &error,
                  "semidefinite");
    problem_free(&q);
    problem_free(&q);
}

/* --- curvatures that are not positive --------------------------------------------- */

static const char mixed[] = "# a comment\n2\n\n0\n-0.5 # falls\n1e-5\n-3\n";

static void flat_curvatures_are_told(void **state)
{
    (void)state;
    struct text_file file = file_of(mixed);
    refused(text_of(file.option, NULL), mixed,
            "curvature 2 is 0; allowed are numbers > 0, and others (2 negative, 1 zero "
            "of 5, first in line 4) with --flat keep, drop or clip:EPS");
    unlink(file.path);
    refused(
        text_of("1,2,-1", NULL), "a list",
        "curvature 3 is -1; allowed are numbers > 0, and others (1 negative, 0 zero "
        "of 3, first in place 3)");
    static const char *const bad[][2] = {
        {"keeps", "--flat: 'keeps' is not known"},
        {"clip:0", "allowed is clip:EPS with a number EPS > 0"},
        {"clip:-1", "EPS > 0"},
        {"clip:", "--flat: '' is not a number"},
        {"clip", "--flat: 'clip' is not known"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        struct problem_form text = text_of("1", NULL);
        text.flat = bad[k][0];
        refused(text, bad[k][0], bad[k][1]);
    }
}

/* Reads the mixed spectrum with --flat; warnings must be as given. */
static struct problem treated(const char *flat, const char *noise, const char *start,
                              const char *warning)
{
    struct text_file file = file_of(mixed);
    struct text warnings = {0};
    struct problem_form text = text_of(file.option, noise);
    text.flat = flat;
    text.start = start;
    text.theta_star = "0";
    text.warnings = &warnings;
    struct problem q = made(text);
    assert_string_equal(text_get(&warnings), warning);
    text_free(&warnings);
    unlink(file.path);
    return q;
}

static void flat_curvatures_are_kept_dropped_or_clipped(void **state)
{
    (void)state;
    static const double all[] = {2, 0, -0.5, 1e-5, -3},
                        clipped[] = {2, 1e-3, 1e-3, 1e-3, 1e-3};
    struct text_file start = file_of("1 2 3 4 5");
    struct text_file noise = file_of("10 20 30 40 50");
    struct problem q = treated(
        "keep", noise.option, start.option,
        "warning: --spectrum: 2 negative, 1 zero of 5, first in line 4: kept, though "
        "they have no stationary law unless weight decay makes h + lambda > 0\n");
    assert_int_equal(q.n, 5);
    CHECK_SAME(q.h, all, 5);
    problem_free(&q);
    q = treated("clip:1e-3", "hessian", NULL,
                "warning: --spectrum: 2 negative, 1 zero of 5, first in line 4: 4 "
                "raised to 0.001, 1 of them positive\n");
    CHECK_SAME(q.h, clipped, 5);
    CHECK_SAME(q.noise, clipped, 5);
    problem_free(&q);
    /* What belongs to a mode goes with it. */
    q = treated("drop", noise.option, start.option,
                "warning: --spectrum: 2 negative, 1 zero of 5, first in line 4: left "
                "out, 2 are left\n");
    assert_int_equal(q.n, 2);
    CHECK_SAME(q.h, ((const double[]){2, 1e-5}), 2);
    CHECK_SAME(q.start, ((const double[]){1, 4}), 2);
    CHECK_SAME(q.noise, ((const double[]){10, 40}), 2);
    problem_free(&q);
    unlink(start.path);
    unlink(noise.path);
    struct problem_form none = text_of("0,-1", NULL);
    none.flat = "drop";
    refused(none, "none left", "none of the 2 curvatures is > 0");
    /* C = H/B is no covariance where a curvature is negative; where it is 0, there is
     * no noise. */
    struct problem_form kept = text_of("1,0,-1", "hessian");
    kept.flat = "keep";
    refused(kept, "hessian",
            "--noise: hessian is no covariance where a curvature is "
            "negative, and curvature 3 is -1");
    kept.spectrum = "1,0";
    q = made(kept);
    CHECK_SAME(q.noise, ((const double[]){1, 0}), 2);
    problem_free(&q);
}

static void a_dense_covariance_loses_the_rows_of_dropped_modes(void **state)
{
    (void)state;
    struct text_file noise = file_of("4 1 2\n1 5 1\n2 1 6\n");
    struct problem_form text = text_of("3,-1,2", noise.option);
    text.flat = "drop";
    struct problem q = made(text);
    assert_true(q.dense);
    assert_int_equal(q.n, 2);
    CHECK_SAME(q.noise, ((const double[]){4, 2, 2, 6}), 4);
    CHECK_NEAR(q.factor[2] * q.factor[0], 2, 1e-15, 0);
    problem_free(&q);
    unlink(noise.path);
}

/* float32 leaves C symmetric to 1e-7; 1e-4 is the most that is mended. */
static void a_nearly_symmetric_covariance_is_mended_with_a_warning(void **state)
{
    (void)state;
    static const struct {
        double apart; /* of sqrt(C_11 C_22) = 2 */
        bool mended, refused;
    } cases[] = {{0, false, false},
                 {1e-13, false, false},
                 {1e-7, true, false},
                 {0.99e-4, true, false},
                 {1.01e-4, false, true}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char content[100];
        struct text warnings = {0};
        snprintf(content, sizeof content, "1 %.17g\n0.5 4\n", 0.5 + 2 * cases[k].apart);
        struct text_file noise = file_of(content);
        struct problem_form text = text_of("1,2", noise.option);
        text.warnings = &warnings;
        if (cases[k].refused) {
            refused(text, content, "the matrix is not symmetric");
        } else {
            struct problem q = made(text);
            if (cases[k].mended) {
                CHECK_EXACT(q.noise[1], q.noise[2]);
                CHECK_NEAR(q.noise[1], 0.5 + cases[k].apart, 1e-15, 0);
                assert_non_null(strstr(text_get(&warnings), "is not symmetric"));
                assert_non_null(strstr(text_get(&warnings), "(C + C')/2 is used"));
            } else {
                assert_string_equal(text_get(&warnings), "");
            }
            problem_free(&q);
        }
        text_free(&warnings);
        unlink(noise.path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spectrum),
        cmocka_unit_test(test_spectrum_power_by_libm),
        cmocka_unit_test(test_spectrum_refuses),
        cmocka_unit_test(curvatures_must_be_above_0),
        cmocka_unit_test(test_noise_hessian),
        cmocka_unit_test(test_noise_isotropic),
        cmocka_unit_test(test_noise_spectrum_file),
        cmocka_unit_test(test_noise_dense_file),
        cmocka_unit_test(test_noise_file_of_one),
        cmocka_unit_test(test_noise_refuses),
        cmocka_unit_test(test_noise_file_refuses),
        cmocka_unit_test(test_factor_definite),
        cmocka_unit_test(test_factor_of_singular),
        cmocka_unit_test(test_factor_of_product),
        cmocka_unit_test(test_factor_indefinite),
        cmocka_unit_test(test_factor_tolerance),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_vectors_refuse),
        cmocka_unit_test(test_mode),
        cmocka_unit_test(flat_curvatures_are_told),
        cmocka_unit_test(flat_curvatures_are_kept_dropped_or_clipped),
        cmocka_unit_test(a_dense_covariance_loses_the_rows_of_dropped_modes),
        cmocka_unit_test(a_nearly_symmetric_covariance_is_mended_with_a_warning),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_dense),
    };
    return cmocka_run_group_tests_name("quadratic", tests, NULL, NULL);
}
