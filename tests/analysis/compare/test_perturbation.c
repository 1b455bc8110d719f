/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_perturbation.c: pnm as a perturbed iterate: the variance of its momentum written
 * out, the identity of the variances, and both measured. */
#include "check.h"
#include "compare/perturbation.h"

static const double beta0s[] = {-0.5, 0.3, 1, 4};
static const double beta1s[] = {0, 0.5, 0.9};
static const double rates[] = {0.02, 0.06, 0.18};

static struct rule pnm_of(double beta0, double beta1, double rate)
{
    return CHECK_RULE("pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off", rate,
                      beta0, beta1);
}

/* The formula of Var m, and Var theta = Var x + eta0^2 beta0 (1 + beta0) Var m, from
 * the matrices; with beta0^2 in place of beta0 (1 + beta0) the identity is off. */
static void formulas_are_those_of_the_matrices(void **state)
{
    struct error error;
    (void)state;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++) {
                const double rate = rates[k];
                const struct rule pnm = pnm_of(beta0s[i], beta1s[j], rate);
                const double square = rate * rate * beta0s[i];
                struct perturbation exact;
                CHECK_OK(perturbation_exact(&pnm, &exact, &error), &error);
                CHECK_NEAR(perturbation_momentum(&pnm, 1), exact.momentum, 1e-12, 0);
                CHECK_NEAR(exact.theta - exact.iterate,
                           square * (1 + beta0s[i]) * exact.momentum, 1e-10,
                           1e-14 * exact.theta);
                const double read = square * beta0s[i] * exact.momentum;
                CHECK_COMPARE(fabs(exact.theta - exact.iterate - read), >,
                              1e-3 * square * exact.momentum);
                /* At another curvature the rate and h act together. */
                const struct rule slower = pnm_of(beta0s[i], beta1s[j], rate / 2);
                CHECK_NEAR(perturbation_momentum(&slower, 2), exact.momentum, 1e-12, 0);
            }
}

/* By numbers from outside: a doubling of the recursion in another language. */
static void momentum_of_three_settings(void **state)
{
    const struct rule a = pnm_of(1, 0.9, 0.1), b = pnm_of(1, 0, 0.1),
                      c = pnm_of(5, 0.9, 0.1);
    (void)state;
    CHECK_NEAR(perturbation_momentum(&a, 1), 0.10788099, 5e-8, 0);
    CHECK_NEAR(perturbation_momentum(&b, 1), 1.06951872, 5e-8, 0);
    CHECK_NEAR(perturbation_momentum(&c, 1), 0.15100938, 5e-8, 0);
}

static void measured_beside_exact(void **state)
{
    const struct sampling sampling = check_sampling(2, 0.01);
    (void)state;
    for (int k = 0; k < 2; k++) {
        const struct rule pnm = pnm_of(k == 0 ? 1 : 2, k == 0 ? 0.9 : 0.5, 0.2);
        struct evidence momentum, added;
        struct error error;
        double samples;
        CHECK_OK(perturbation_compare(&sampling, &pnm, 256, NULL, &momentum, &added,
                                      &samples, &error),
                 &error);
        assert_int_equal(momentum.count, 256);
        CHECK_NEAR(added.exact, k == 0 ? 2 : 1.5, 1e-12, 0);
        CHECK_Z("Var m", (momentum.measured - momentum.exact) / momentum.se);
        CHECK_Z("added", (added.measured - added.exact) / added.se);
        CHECK_COMPARE(momentum.se, <, 0.01 * momentum.exact);
        CHECK_COMPARE(added.se, <, 0.01 * added.exact);
    }
}

static void other_rules_and_small_budgets(void **state)
{
    struct sampling sampling = check_sampling(2, 0.01);
    const struct rule sgd = CHECK_RULE("sgd lr=0.1"), pnm = pnm_of(1, 0.9, 0.1);
    struct perturbation exact;
    struct evidence momentum, added;
    struct error error;
    double samples;
    (void)state;
    CHECK_REFUSED("sgd", perturbation_exact(&sgd, &exact, &error), &error,
                  "allowed is pnm");
    sampling.max_samples = 1000;
    CHECK_OK(perturbation_compare(&sampling, &pnm, 64, NULL, &momentum, &added,
                                  &samples, &error),
             &error);
    assert_false(momentum.sampled);
    assert_false(added.sampled);
    CHECK_COMPARE(samples, >, 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_those_of_the_matrices),
        cmocka_unit_test(momentum_of_three_settings),
        cmocka_unit_test(measured_beside_exact),
        cmocka_unit_test(other_rules_and_small_budgets),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
