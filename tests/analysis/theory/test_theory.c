/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_theory.c: every exact answer in several independent ways: closed form,
 * written-out matrices with the Stein equation solved by LU, the same solved by
 * doubling, matrices probed from the step, and the recursion iterated step by step in
 * long double. */
#include "check.h"

#include "theory/stein.h"
#include "theory/theory.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

/* Rules with parameters away from every special value; rates in units of the limit. */
static const char *const cases[] = {
    "sgd",
    "heavy_ball beta1=0",
    "heavy_ball beta1=0.9",
    "heavy_ball beta1=0.7 beta3=1",
    "heavy_ball beta1=0.6 beta3=2.5",
    "pnm beta0=0 beta1=0",
    "pnm beta0=1 beta1=0.9",
    "pnm beta0=3 beta1=0.5",
    "pnm beta0=0.4 beta1=0.99",
    "pnm beta0=70 beta1=0.9",
    "pnm beta0=-0.3 beta1=0.9",
    "pnm beta0=-0.8 beta1=0.9",
    "pnm beta0=-2 beta1=0.5",
    "pnm_eq7 beta0=1 beta1=0.9",
    "pnm_eq7 beta0=3 beta1=0.5",
    "pnm_eq7 beta0=0 beta1=0.3",
    "two_batch beta0=0",
    "two_batch beta0=1",
    "two_batch beta0=-0.4",
    "nesterov beta1=0",
    "nesterov beta1=0.9",
    "nesterov beta1=0.5",
    "qhm",
    "qhm beta1=0.9 nu=0.7",
    "qhm beta1=0.6 nu=0",
    "qhm beta1=0.9 nu=1",
    "qhm beta1=0.8 nu=2.5",
    "qhm beta1=0.8 nu=-1.5",
};
enum { CASES = sizeof cases / sizeof *cases };
static const double fractions[] = {0.001, 0.05, 0.3, 0.7, 0.97};
enum { FRACTIONS = sizeof fractions / sizeof *fractions };

/* The case's rule at a fraction of its stability limit at curvature h, the limit found
 * by bisection on the probed matrix. */
static struct rule at_fraction(const char *what, double fraction, double h)
{
    struct rule rule = CHECK_RULE("%s lr=1", what);
    rule.number[RULE_LR] = fraction * check_lr_limit(&rule, h);
    return rule;
}

static double matrix_answer(const struct rule *rule, double h_i, double h_j, double c)
{
    struct linear_system i, j;
    struct error error;
    double covariance;
    theory_find(rule->kind->name)->system(rule, h_i, &i);
    theory_find(rule->kind->name)->system(rule, h_j, &j);
    assert_int_equal(stein_covariance(&i, &j, c, &covariance, NULL, &error), STATUS_OK);
    return covariance;
}

static double probed_answer(const struct rule *rule, double h_i, double h_j, double c)
{
    struct linear_system i, j;
    struct error error;
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    linear_system_probe(rule, h_i, &i);
    linear_system_probe(rule, h_j, &j);
    linear_system_noise(&i, &j, c, q);
    assert_int_equal(linear_system_stationary(&i, &j, q, s, &error), STATUS_OK);
    return s[0];
}

/* S <- A_i S A_j' + c sum_k b_k b_k' from 0 until nothing changes. */
static double iterated_answer(const struct rule *rule, double h_i, double h_j, double c)
{
    struct linear_system i, j;
    long double s[LINEAR_STATE][LINEAR_STATE] = {{0}}, last = -1;
    theory_find(rule->kind->name)->system(rule, h_i, &i);
    theory_find(rule->kind->name)->system(rule, h_j, &j);
    const int n = i.dim;
    long double a_i[LINEAR_STATE][LINEAR_STATE], a_j[LINEAR_STATE][LINEAR_STATE],
        noise[LINEAR_STATE][LINEAR_STATE] = {{0}};
    for (int r = 0; r < n; r++)
        for (int col = 0; col < n; col++) {
            a_i[r][col] = (long double)(i.e[r * n + col] + (r == col));
            a_j[r][col] = (long double)(j.e[r * n + col] + (r == col));
            for (int k = 0; k < i.samples; k++)
                noise[r][col] += (long double)(c * i.b[k][r] * j.b[k][col]);
        }
    for (long step = 0; step < 400000 && !(s[0][0] == last && step % 64 == 63);
         step++) {
        long double next[LINEAR_STATE][LINEAR_STATE];
        last = s[0][0];
        for (int r = 0; r < n; r++)
            for (int col = 0; col < n; col++) {
                long double sum = noise[r][col];
                for (int k = 0; k < n; k++)
                    for (int l = 0; l < n; l++)
                        sum += a_i[r][k] * s[k][l] * a_j[col][l];
                next[r][col] = sum;
            }
        for (int r = 0; r < n; r++)
            for (int col = 0; col < n; col++)
                s[r][col] = next[r][col];
    }
    return (double)s[0][0];
}

/* 64 eps (1 + |M|) |M^-1|, M = I - A_i (x) A_j: what rounding the entries of A alone
 * (by eps |A (x) A| <= eps (1 + |M|)) and a backward stable solver leave. */
static double tolerance(const struct rule *rule, double h_i, double h_j)
{
    struct linear_system i, j;
    linear_system_probe(rule, h_i, &i);
    linear_system_probe(rule, h_j, &j);
    const int n = i.dim;
    const size_t size = (size_t)(n * n);
    gsl_matrix *matrix = gsl_matrix_alloc(size, size),
               *v = gsl_matrix_alloc(size, size);
    gsl_vector *singular = gsl_vector_alloc(size), *work = gsl_vector_alloc(size);
    for (int row = 0; row < n * n; row++)
        for (int column = 0; column < n * n; column++)
            gsl_matrix_set(matrix, (size_t)row, (size_t)column,
                           (row == column) -
                               linear_system_element(&i, row / n, column / n) *
                                   linear_system_element(&j, row % n, column % n));
    gsl_linalg_SV_decomp(matrix, v, singular, work);
    const double condition =
        (1 + gsl_vector_get(singular, 0)) / gsl_vector_get(singular, size - 1);
    gsl_matrix_free(matrix);
    gsl_matrix_free(v);
    gsl_vector_free(singular);
    gsl_vector_free(work);
    return 64 * DBL_EPSILON * condition;
}

static void answers_agree_on_the_diagonal(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++)
        for (int f = 0; f < FRACTIONS; f++) {
            const double h = 0.7, c = 1.3;
            const struct rule rule = at_fraction(cases[k], fractions[f], h);
            const struct theory *theory = theory_find(rule.kind->name);
            const double matrix = matrix_answer(&rule, h, h, c);
            const double rtol = tolerance(&rule, h, h);
            CHECK_NEAR(probed_answer(&rule, h, h, c), matrix, rtol, 0);
            if (theory->covariance)
                CHECK_NEAR((double)theory->covariance(&rule, h, h, c), matrix, rtol, 0);
            if (fractions[f] > 0.01 && fractions[f] < 0.9)
                CHECK_NEAR(iterated_answer(&rule, h, h, c), matrix, rtol, 0);
        }
}

static void answers_agree_for_pairs(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++)
        for (int f = 1; f < FRACTIONS; f++) {
            const double h_i = 0.2, h_j = 1.7, c = -0.6;
            const struct rule rule = at_fraction(cases[k], fractions[f], h_j);
            const struct theory *theory = theory_find(rule.kind->name);
            const double matrix = matrix_answer(&rule, h_i, h_j, c);
            const double rtol = tolerance(&rule, h_i, h_j);
            CHECK_NEAR(probed_answer(&rule, h_i, h_j, c), matrix, rtol, 0);
            CHECK_NEAR(matrix_answer(&rule, h_j, h_i, c), matrix, rtol, 0);
            const double closed = theory->covariance
                                      ? (double)theory->covariance(&rule, h_i, h_j, c)
                                      : NAN;
            if (!isnan(closed))
                CHECK_NEAR(closed, matrix, rtol, 0);
            if (fractions[f] < 0.9)
                CHECK_NEAR(iterated_answer(&rule, h_i, h_j, c), matrix, rtol, 0);
        }
}

static void written_out_matrices_are_the_probed_ones(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        const struct rule rule = at_fraction(cases[k], 0.6, 1.9);
        struct linear_system written, probed;
        theory_find(rule.kind->name)->system(&rule, 1.9, &written);
        linear_system_probe(&rule, 1.9, &probed);
        assert_int_equal(written.dim, probed.dim);
        assert_int_equal(written.samples, probed.samples);
        for (int e = 0; e < written.dim * written.dim; e++)
            CHECK_NEAR((double)written.e[e], (double)probed.e[e], 1e-14,
                       e % written.dim == 0 ? 0 : 1e-15);
        for (int s = 0; s < written.samples; s++)
            for (int e = 0; e < written.dim; e++)
                CHECK_NEAR((double)written.b[s][e], (double)probed.b[s][e], 1e-14,
                           1e-15);
    }
}

static void closed_stability_limits_are_the_measured_ones(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        const struct rule rule = CHECK_RULE("%s lr=1", cases[k]);
        const struct theory *theory = theory_find(rule.kind->name);
        const double h = 2.3;
        if (!theory->lr_limit)
            continue;
        CHECK_NEAR(theory->lr_limit(&rule, h), check_lr_limit(&rule, h), 1e-9, 0);
    }
}

/* Numbers worked out beforehand for beta0 = 1, beta1 = 0.9: Sigma / (eta0/2B) at
 * fractions of the stability limit, to the printed digits. */
static void pnm_curve_has_the_known_values(void **state)
{
    (void)state;
    static const double fraction[] = {0.01, 0.1, 0.3, 0.5, 0.8, 0.9, 0.99};
    static const double value[] = {0.994, 0.944, 0.880, 0.887, 1.28, 2.05, 16.5};
    static const double digit[] = {5e-4, 5e-4, 5e-4, 5e-4, 5e-3, 5e-3, 5e-2};
    for (int k = 0; k < 7; k++) {
        const struct rule rule = at_fraction("pnm", fraction[k], 1);
        const double unit = rule.number[RULE_LR] / sqrt(5) / 2;
        CHECK_NEAR(probed_answer(&rule, 1, 1, 1) / unit, value[k], 0, digit[k]);
    }
}

/* The paper's value is the solution of Sigma H + H Sigma = eta_applied C_method. */
static void paper_values_are_as_printed(void **state)
{
    (void)state;
    const double lr = 0.3, c = 0.8, h_i = 0.5, h_j = 1.5, sde = lr * c / (h_i + h_j);
    static const char *const rules[] = {
        "sgd",
        "heavy_ball beta1=0.9",
        "heavy_ball beta1=0.9 beta3=1",
        "pnm beta0=1 beta1=0.9",
        "pnm_eq7 beta0=1 beta1=0.9",
        "two_batch beta0=1",
    };
    const double factor[] = {1, 1, 10, sqrt(5), 5, sqrt(5)};
    for (int k = 0; k < 6; k++) {
        const struct rule rule = CHECK_RULE("%s lr=%.17g", rules[k], lr);
        CHECK_NEAR(theory_paper(&rule, h_i, h_j, c), factor[k] * sde, 1e-14, 0);
    }
}

static void the_paper_need_not_speak_of_a_rule(void **state)
{
    const struct rule rule = CHECK_RULE("nesterov lr=0.1");
    (void)state;
    CHECK_NAN(theory_paper(&rule, 1, 1, 1));
}

static void rules_without_theory_are_probed(void **state)
{
    (void)state;
    struct rule rule = CHECK_RULE("pnm lr=0.4 beta0=1 beta1=0.9");
    struct rule_kind own = *rule.kind;
    struct error error;
    enum exact_source source;
    double known, covariance;
    assert_int_equal(theory_covariance(&rule, 1, 1, 1, &known, &source, &error), 0);
    assert_int_equal(source, EXACT_CLOSED_FORM);
    own.name = "somebodys_own";
    rule.kind = &own;
    assert_int_equal(theory_covariance(&rule, 1, 1, 1, &covariance, &source, &error),
                     0);
    assert_int_equal(source, EXACT_PROBED);
    CHECK_NEAR(covariance, known, 1e-13, 0);
    CHECK_NAN(theory_paper(&rule, 1, 1, 1));
    own.linear = false;
    assert_int_equal(theory_covariance(&rule, 1, 1, 1, &covariance, &source, &error),
                     0);
    assert_int_equal(source, EXACT_NONE);
    CHECK_NAN(covariance);
}

/* Its message names the option whose value is to be changed. */
static void singular_equations_name_the_rate(void **state)
{
    (void)state;
    const struct linear_system still = {.dim = 1, .samples = 1, .b = {{1}}};
    const double q[LINEAR_SIZE] = {1};
    const quad d[LINEAR_STATE] = {1};
    double s[LINEAR_SIZE], covariance, mean[LINEAR_STATE];
    struct error error;
    gsl_set_error_handler_off(); /* as every program does */
    assert_int_equal(stein_covariance(&still, &still, 1, &covariance, NULL, &error),
                     STATUS_SOFTWARE);
    assert_string_equal(error.quantity, "lr");
    CHECK_NAN(covariance);
    assert_int_equal(linear_system_stationary(&still, &still, q, s, &error),
                     STATUS_SOFTWARE);
    assert_string_equal(error.quantity, "lr");
    assert_int_equal(linear_system_mean(&still, d, mean, &error), STATUS_SOFTWARE);
    assert_string_equal(error.quantity, "lr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(singular_equations_name_the_rate),
        cmocka_unit_test(answers_agree_on_the_diagonal),
        cmocka_unit_test(answers_agree_for_pairs),
        cmocka_unit_test(written_out_matrices_are_the_probed_ones),
        cmocka_unit_test(closed_stability_limits_are_the_measured_ones),
        cmocka_unit_test(pnm_curve_has_the_known_values),
        cmocka_unit_test(paper_values_are_as_printed),
        cmocka_unit_test(the_paper_need_not_speak_of_a_rule),
        cmocka_unit_test(rules_without_theory_are_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
