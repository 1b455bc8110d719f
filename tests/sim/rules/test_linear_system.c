/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "rules/linear_system.h"

#include <complex.h>
#include <gsl/gsl_errno.h>

/* --- helpers ---------------------------------------------------------------------- */

/* Stable at curvatures 0.3 and 1; states of 1, 2 and 3 numbers, 1 and 2 samples. */
static const char *const rule_texts[] = {
    "sgd lr=0.4",
    "heavy_ball lr=0.5 beta1=0.8",
    "heavy_ball lr=0.1 beta1=0.5 beta3=1",
    "pnm lr=0.6 beta0=1 beta1=0.9",
    "pnm lr=0.3 beta0=-0.4 beta1=0.5 lr-normalization=off",
    "pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6",
    "two_batch lr=0.5 beta0=1.5",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

static struct linear_system probed(const struct rule *rule, double h)
{
    struct linear_system system;
    linear_system_probe(rule, h, &system);
    return system;
}

static struct linear_system system_of(const char *text, double h)
{
    const struct rule rule = CHECK_RULE("%s", text);
    return probed(&rule, h);
}

/* x <- a x b' straight from the definition. */
static void naive_apply(const struct linear_system *i, const struct linear_system *j,
                        double *x)
{
    double out[LINEAR_SIZE] = {0};
    for (int r = 0; r < i->dim; r++)
        for (int c = 0; c < j->dim; c++)
            for (int k = 0; k < i->dim; k++)
                for (int l = 0; l < j->dim; l++)
                    out[r * j->dim + c] += linear_system_element(i, r, k) *
                                           x[k * j->dim + l] *
                                           linear_system_element(j, c, l);
    memcpy(x, out, sizeof out);
}

static void check_matrix(const double *value, const double *expected, int entries,
                         double tolerance)
{
    double size = 1;
    for (int k = 0; k < entries; k++)
        size = fmax(size, fabs(expected[k]));
    for (int k = 0; k < entries; k++)
        CHECK_NEAR(value[k], expected[k], 0, tolerance * size);
}

static void random_matrix(uint64_t *random, double *x)
{
    for (int k = 0; k < LINEAR_SIZE; k++)
        x[k] = check_normal(random);
}

/* A system, and behind the last sample's vector numbers that nothing may read. */
struct followed {
    struct linear_system system;
    quad behind[LINEAR_STATE];
};

static struct followed followed_of(const char *text, double h)
{
    struct followed followed = {.system = system_of(text, h)};
    for (int k = 0; k < LINEAR_STATE; k++)
        followed.behind[k] = 1;
    return followed;
}

/* Calls test for all pairs of the rules above at curvatures 0.3 and 1: among them pairs
 * of different size, which no loss needs but the functions allow. */
static void each_pair(void (*test)(const struct linear_system *,
                                   const struct linear_system *))
{
    for (int a = 0; a < RULES; a++)
        for (int b = 0; b < RULES; b++) {
            const struct followed i = followed_of(rule_texts[a], 0.3);
            const struct followed j = followed_of(rule_texts[b], 1);
            test(&i.system, &j.system);
        }
}

/* --- probing ---------------------------------------------------------------------- */

/* s' = A s + sum_k b_k xi_k against the step at random states and noise. */
static void test_probe(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int r = 0; r < 100 * RULES; r++) {
        const struct rule rule = CHECK_RULE("%s", rule_texts[r % RULES]);
        const double h = check_uniform(&random, 0.01, 4);
        const struct linear_system system = probed(&rule, h);
        double s[LINEAR_STATE] = {0}, next[LINEAR_STATE] = {0}, xi[RULE_MAX_SAMPLES];
        double gradient[RULE_MAX_GRADIENTS];
        assert_int_equal(system.dim, 1 + rule.kind->slots);
        assert_int_equal(system.samples, rule.kind->samples);
        for (int i = 0; i < system.dim; i++)
            s[i] = check_normal(&random);
        for (int k = 0; k < system.samples; k++) {
            xi[k] = check_normal(&random);
            gradient[k] = h * s[0] + xi[k];
        }
        gradient[system.samples] = h * s[0];
        for (int i = 0; i < system.dim; i++) {
            for (int j = 0; j < system.dim; j++)
                next[i] += linear_system_element(&system, i, j) * s[j];
            for (int k = 0; k < system.samples; k++)
                next[i] += (double)system.b[k][i] * xi[k];
        }
        rule.kind->step(&rule, 0, 1, gradient, s, s + 1);
        check_matrix(next, s, system.dim, 1e-14);
    }
}

/* Two of the matrices written out by hand. */
static void test_probe_by_hand(void **state)
{
    const struct linear_system two = system_of("two_batch lr=0.5 beta0=2", 0.8);
    const struct linear_system ball = system_of("heavy_ball lr=0.5 beta1=0.75", 0.8);
    const double rate = 0.5 / sqrt(13), w = 0.25;
    (void)state;
    CHECK_NEAR(linear_system_element(&two, 0, 0), 1 - rate * 0.8, 1e-15, 0);
    CHECK_NEAR((double)two.b[0][0], -rate * 3, 1e-15, 0);
    CHECK_NEAR((double)two.b[1][0], rate * 2, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&ball, 0, 0), 1 - 0.5 * w * 0.8, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&ball, 0, 1), -0.5 * 0.75, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&ball, 1, 0), w * 0.8, 1e-15, 0);
    CHECK_NEAR(linear_system_element(&ball, 1, 1), 0.75, 1e-15, 0);
    CHECK_NEAR((double)ball.b[0][0], -0.5 * w, 1e-15, 0);
    CHECK_NEAR((double)ball.b[0][1], w, 1e-15, 0);
}

/* --- products, sums, powers ------------------------------------------------------- */

static void check_apply(const struct linear_system *i, const struct linear_system *j)
{
    uint64_t random = 2;
    double x[LINEAR_SIZE], expected[LINEAR_SIZE];
    random_matrix(&random, x);
    memcpy(expected, x, sizeof x);
    linear_system_apply(i, j, x);
    naive_apply(i, j, expected);
    check_matrix(x, expected, i->dim * j->dim, 1e-14);
}

/* Only as many samples as both have: a pair of modes belongs to one rule. */
static void check_noise(const struct linear_system *i, const struct linear_system *j)
{
    double q[LINEAR_SIZE];
    if (i->samples != j->samples)
        return;
    linear_system_noise(i, j, 0.7, q);
    for (int r = 0; r < i->dim; r++)
        for (int c = 0; c < j->dim; c++) {
            double sum = 0;
            for (int k = 0; k < i->samples; k++)
                sum += 0.7 * (double)i->b[k][r] * (double)j->b[k][c];
            CHECK_NEAR(q[r * j->dim + c], sum, 0, 1e-15);
        }
}

static const uint64_t counts[] = {0, 1, 2, 3, 7, 64, 1000};
enum { COUNTS = sizeof counts / sizeof *counts };

static void check_sums(const struct linear_system *i, const struct linear_system *j)
{
    const int entries = i->dim * j->dim;
    uint64_t random = 3;
    double x[LINEAR_SIZE], f[LINEAR_SIZE], w[LINEAR_SIZE], alone[LINEAR_SIZE];
    random_matrix(&random, x);
    for (int n = 0; n < COUNTS; n++) {
        double term[LINEAR_SIZE], sum[LINEAR_SIZE] = {0}, weighted[LINEAR_SIZE] = {0};
        memcpy(term, x, sizeof x);
        for (uint64_t k = 0; k < counts[n]; k++) {
            for (int e = 0; e < entries; e++) {
                sum[e] += term[e];
                weighted[e] += (double)k * term[e];
            }
            naive_apply(i, j, term);
        }
        linear_system_sums(i, j, x, counts[n], f, w);
        linear_system_sums(i, j, x, counts[n], alone, NULL);
        check_matrix(f, sum, entries, 1e-12);
        check_matrix(w, weighted, entries, 1e-12);
        CHECK_SAME(alone, f, (size_t)entries);
    }
}

static void check_power(const struct linear_system *i, const struct linear_system *j)
{
    uint64_t random = 4;
    double x[LINEAR_SIZE];
    random_matrix(&random, x);
    for (int n = 0; n < COUNTS; n++) {
        double power[LINEAR_SIZE], expected[LINEAR_SIZE];
        memcpy(power, x, sizeof x);
        memcpy(expected, x, sizeof x);
        for (uint64_t k = 0; k < counts[n]; k++)
            naive_apply(i, j, expected);
        linear_system_power(i, j, counts[n], power);
        check_matrix(power, expected, i->dim * j->dim, 1e-13);
    }
}

/* Stationary covariance against 3000 rounds of S <- A S A' + Q. */
static void check_stationary(const struct linear_system *i,
                             const struct linear_system *j)
{
    double q[LINEAR_SIZE], s[LINEAR_SIZE], expected[LINEAR_SIZE] = {0};
    struct error error;
    linear_system_noise(i, j, 0.7, q);
    CHECK_OK(linear_system_stationary(i, j, q, s, &error), &error);
    for (int round = 0; round < 3000; round++) {
        naive_apply(i, j, expected);
        for (int e = 0; e < i->dim * j->dim; e++)
            expected[e] += q[e];
    }
    check_matrix(s, expected, i->dim * j->dim, 1e-13);
}

static void test_products(void **state)
{
    (void)state;
    each_pair(check_apply);
    each_pair(check_noise);
}

static void test_sums(void **state)
{
    (void)state;
    each_pair(check_sums);
}

static void test_power(void **state)
{
    (void)state;
    each_pair(check_power);
}

static void test_stationary(void **state)
{
    (void)state;
    each_pair(check_stationary);
}

/* At and beyond the limit of stability there is no stationary law: an error, never a
 * number. */
static void test_stationary_needs_stability(void **state)
{
    static const double limits[] = {2, 2.1, 3, 50};
    (void)state;
    for (int k = 0; k < 4; k++) {
        const struct linear_system system = system_of("sgd lr=1", limits[k]);
        double q[LINEAR_SIZE], s[LINEAR_SIZE];
        struct error error = {.agreed = false};
        linear_system_noise(&system, &system, 1, q);
        const int status = linear_system_stationary(&system, &system, q, s, &error);
        CHECK(status == STATUS_SOFTWARE, "at lr h = %g: status %d, S = %g", limits[k],
              status, s[0]);
    }
}

/* --- finite times ----------------------------------------------------------------- */

/* Mean and covariance of the state, iterated step by step. */
static void check_at(const struct linear_system *i, const struct linear_system *j)
{
    double mean[LINEAR_SIZE] = {1.5}, s[LINEAR_SIZE] = {0}, q[LINEAR_SIZE];
    const struct linear_system one = {.dim = 1};
    int n = 0;
    linear_system_noise(i, j, 0.7, q);
    for (uint64_t t = 0; n < COUNTS; t++) {
        if (t == counts[n]) {
            double m, c;
            linear_system_at(i, j, 0.7, 1.5, t, &m, &c);
            CHECK_NEAR(m, mean[0], 0, 1e-13);
            CHECK_NEAR(c, s[0], 0, 1e-13);
            n++;
        }
        naive_apply(i, &one, mean);
        naive_apply(i, j, s);
        for (int e = 0; e < i->dim * j->dim; e++)
            s[e] += q[e];
    }
}

static void test_at(void **state)
{
    (void)state;
    each_pair(check_at);
}

/* SGD in closed form: mean (1-a)^t, variance c lr^2 (1 - (1-a)^2t) / (1 - (1-a)^2). */
static void test_at_sgd(void **state)
{
    const double lr = 0.3, h = 0.8, c = 2, p = 1 - lr * h;
    const struct linear_system system = system_of("sgd lr=0.3", h);
    (void)state;
    for (uint64_t t = 0; t < 100; t++) {
        double mean, variance;
        linear_system_at(&system, &system, c, -2, t, &mean, &variance);
        CHECK_NEAR(mean, -2 * pow(p, (double)t), 1e-13, 0);
        CHECK_NEAR(variance, c * lr * lr * (1 - pow(p, 2 * (double)t)) / (1 - p * p),
                   1e-13, 1e-300);
    }
}

/* --- stationary variances in closed form ------------------------------------------ */

static double stationary_variance(const struct rule *rule, double h, double c)
{
    const struct linear_system system = probed(rule, h);
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    struct error error;
    linear_system_noise(&system, &system, c, q);
    CHECK_OK(linear_system_stationary(&system, &system, q, s, &error), &error);
    return s[0];
}

/* The paper's rules at random parameters inside their limits; a = applied rate x h. */
static void test_variance_of_sgd_and_two_batch(void **state)
{
    uint64_t random = 5;
    (void)state;
    for (int i = 0; i < 300; i++) {
        const double h = check_uniform(&random, 0.1, 10), c = 1.7;
        const double a = check_uniform(&random, 0.001, 1.999);
        const double beta0 = check_uniform(&random, -2, 3);
        const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
        const struct rule sgd = CHECK_RULE("sgd lr=%.17g", a / h);
        const struct rule two =
            CHECK_RULE("two_batch lr=%.17g beta0=%.17g", a / h * sqrt(gamma), beta0);
        const double variance = c * a / (h * h * (2 - a));
        CHECK_NEAR(stationary_variance(&sgd, h, c), variance, 1e-12, 0);
        CHECK_NEAR(stationary_variance(&two, h, c), gamma * variance, 1e-12, 0);
    }
}

static void test_variance_of_heavy_ball(void **state)
{
    uint64_t random = 6;
    (void)state;
    for (int i = 0; i < 300; i++) {
        const double h = check_uniform(&random, 0.1, 10), c = 1.7;
        const double beta1 = check_uniform(&random, 0, 0.95);
        const double beta3 = i % 2 ? 1 : 1 - beta1;
        /* The rate of the convention beta3 = 1. */
        const double a = check_uniform(&random, 0.01, 0.99) * 2 * (1 + beta1);
        const struct rule rule = CHECK_RULE(
            "heavy_ball lr=%.17g beta1=%.17g beta3=%.17g", a / h / beta3, beta1, beta3);
        CHECK_NEAR(stationary_variance(&rule, h, c),
                   a * c * (1 + beta1) / (h * h * (1 - beta1) * (2 * (1 + beta1) - a)),
                   1e-11, 0);
    }
}

static void test_variance_of_pnm(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (int i = 0; i < 300; i++) {
        const double h = check_uniform(&random, 0.1, 10), c = 1.7;
        const double beta0 = check_uniform(&random, 0, 3);
        const double beta1 = check_uniform(&random, 0, 0.95), b = beta1 * beta1;
        const double a = check_uniform(&random, 0.01, 0.99) * 2 / (1 + 2 * beta0);
        const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
        const struct rule rule = CHECK_RULE("pnm lr=%.17g beta0=%.17g beta1=%.17g",
                                            a / h * sqrt(gamma), beta0, beta1);
        const double above =
            1 + b + a * (2 * beta0 * beta0 * (1 - b) + beta0 * (1 - 3 * b) - b);
        const double below =
            (2 - a * (1 + 2 * beta0)) * (1 + b + a * (beta0 * (1 + b) + b));
        CHECK_NEAR(stationary_variance(&rule, h, c), c * a / (h * h) * above / below,
                   1e-11, 0);
    }
}

/* --- spectral radius -------------------------------------------------------------- */

/* Larger root of z^2 - trace z + determinant. */
static double radius_of_two(double trace, double determinant)
{
    const double complex root = csqrt(trace * trace - 4 * determinant);
    return fmax(cabs(trace + root), cabs(trace - root)) / 2;
}

static void test_radius_of_rules(void **state)
{
    uint64_t random = 8;
    (void)state;
    for (int i = 0; i < 300; i++) {
        const double h = check_uniform(&random, 0.1, 4), lr = 0.7;
        const double beta1 = check_uniform(&random, 0, 0.99);
        const struct rule sgd = CHECK_RULE("sgd lr=0.7");
        const struct rule ball =
            CHECK_RULE("heavy_ball lr=0.7 beta1=%.17g beta3=%.17g", beta1, 1 - beta1);
        const struct rule pnm =
            CHECK_RULE("pnm lr=0.7 lr-normalization=off beta0=%.17g beta1=%.17g",
                       -beta1 / (1 + beta1), beta1);
        struct linear_system system = probed(&sgd, h);
        CHECK_NEAR(1 - check_margin(&system), fabs(1 - lr * h), 1e-14, 1e-15);
        system = probed(&ball, h);
        const double radius = radius_of_two(1 + beta1 - lr * (1 - beta1) * h, beta1);
        /* Near a double root the eigenvalues move with the square root of rounding. */
        CHECK_NEAR(1 - check_margin(&system), radius, 1e-7, 0);
        /* PNM as Heavy Ball: its third root, -beta1, is never the largest. */
        system = probed(&pnm, h);
        CHECK_NEAR(1 - check_margin(&system), radius, 1e-7, 0);
    }
}

static void check_radius(int dim, const double *a, double expected)
{
    struct linear_system system = {.dim = dim};
    for (int k = 0; k < dim * dim; k++)
        system.e[k] = (quad)a[k] - (k % (dim + 1) == 0 ? 1 : 0);
    CHECK_NEAR(1 - check_margin(&system), expected, 1e-13, 1e-13);
}

static void test_radius_of_matrices(void **state)
{
    const double c = 0.9 * cos(1), s = 0.9 * sin(1);
    struct linear_system bad = {.dim = 2, .e = {0, 0, 0, NAN}};
    (void)state;
    check_radius(1, (const double[]){-3}, 3);
    check_radius(2, (const double[]){0, 0, 0, 0}, 0);
    check_radius(2, (const double[]){c, -s, s, c}, 0.9);
    check_radius(3, (const double[]){0.5, 7, 9, 0, -0.8, 3, 0, 0, 0.1}, 0.8);
    /* (z-1)(z-2)(z-3), its companion matrix. */
    check_radius(3, (const double[]){6, -11, 6, 1, 0, 0, 0, 1, 0}, 3);
    /* A cycle of four: all roots on the circle of radius 2. */
    check_radius(4, (const double[]){0, 0, 0, 16, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0},
                 2);
    double margin;
    struct error error;
    assert_int_equal(linear_system_margin(&bad, &margin, &error), STATUS_SOFTWARE);
    bad.e[3] = INFINITY;
    assert_int_equal(linear_system_margin(&bad, &margin, &error), STATUS_SOFTWARE);
    bad = (struct linear_system){.dim = 1, .e = {NAN}};
    assert_int_equal(linear_system_margin(&bad, &margin, &error), STATUS_SOFTWARE);
}

/* --- limit of the learning rate --------------------------------------------------- */

static void check_limit(const struct rule *rule, double h, double expected)
{
    const double limit = check_lr_limit(rule, h);
    CHECK_NEAR(limit, expected, 1e-11, 0);
}

static void test_lr_limit(void **state)
{
    uint64_t random = 9;
    (void)state;
    for (int i = 0; i < 40; i++) {
        const double h = pow(10, check_uniform(&random, -6, 6));
        const double beta1 = check_uniform(&random, 0, 0.95);
        const double beta0 = check_uniform(&random, 0, 4);
        const double beta3 = check_uniform(&random, 0.01, 2);
        const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
        const struct rule sgd = CHECK_RULE("sgd lr=1");
        const struct rule ball =
            CHECK_RULE("heavy_ball lr=1 beta1=%.17g beta3=%.17g", beta1, beta3);
        const struct rule pnm =
            CHECK_RULE("pnm lr=1 beta0=%.17g beta1=%.17g", beta0, beta1);
        const struct rule two = CHECK_RULE("two_batch lr=1 beta0=%.17g", beta0);
        check_limit(&sgd, h, 2 / h);
        check_limit(&ball, h, 2 * (1 + beta1) / (beta3 * h));
        check_limit(&pnm, h, 2 * sqrt(gamma) / ((1 + 2 * beta0) * h));
        check_limit(&two, h, 2 * sqrt(gamma) / h);
    }
}

/* PNM below beta0 = -beta/(1+beta): a complex pair leaves the circle first, at
 * a = (1+beta) / (-beta0 (1+beta) - beta). */
static void test_lr_limit_of_negative_beta0(void **state)
{
    uint64_t random = 10;
    (void)state;
    for (int i = 0; i < 40; i++) {
        const double beta1 = check_uniform(&random, 0, 0.95), beta = beta1 * beta1;
        const double beta0 = check_uniform(&random, -3, -beta / (1 + beta) - 0.01);
        const double pair = (1 + beta) / (-beta0 * (1 + beta) - beta);
        const double other = beta0 > -0.5 ? 2 / (1 + 2 * beta0) : INFINITY;
        const struct rule pnm = CHECK_RULE(
            "pnm lr=1 lr-normalization=off beta0=%.17g beta1=%.17g", beta0, beta1);
        check_limit(&pnm, 2.5, fmin(pair, other) / 2.5);
    }
}

/* Where the mean gain [(1+beta0) - beta0 beta1]/(1+beta1) of eqs. 6-8 is negative, the
 * rule climbs at every rate. */
static void test_lr_limit_where_none_is_stable(void **state)
{
    static const double beta0[] = {-3, -4, -5, -11, -20, -100};
    static const double h[] = {1e-3, 0.1, 1, 3, 10};
    (void)state;
    for (int i = 0; i < 6; i++)
        for (int k = 0; k < 5; k++) {
            const struct rule rule =
                CHECK_RULE("pnm_eq7 lr=1 beta0=%.17g beta1=0.5", beta0[i]);
            const double limit = check_lr_limit(&rule, h[k]);
            CHECK(limit == 0, "beta0 = %g, h = %g: limit %g, expected 0", beta0[i],
                  h[k], limit);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_probe_by_hand),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_stationary),
        cmocka_unit_test(test_stationary_needs_stability),
        cmocka_unit_test(test_at),
        cmocka_unit_test(test_at_sgd),
        cmocka_unit_test(test_variance_of_sgd_and_two_batch),
        cmocka_unit_test(test_variance_of_heavy_ball),
        cmocka_unit_test(test_variance_of_pnm),
        cmocka_unit_test(test_radius_of_rules),
        cmocka_unit_test(test_radius_of_matrices),
        cmocka_unit_test(test_lr_limit),
        cmocka_unit_test(test_lr_limit_of_negative_beta0),
        cmocka_unit_test(test_lr_limit_where_none_is_stable),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests_name("linear_system", tests, NULL, NULL);
}
