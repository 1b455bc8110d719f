/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_at_step.c: laws at fixed steps against recursions written out here, and against
 * the variance of a sum. */
#include "check.h"
#include "theory/at_step.h"

/* Mean and covariance of pnm by Algorithm 2 itself: theta is linear in its start and in
 * the noise of every step, so each is tried alone. */
static double pnm_response(double eta0, double beta0, double beta, double h,
                           double decay, double theta_star, double start, int impulse,
                           int steps)
{
    double theta = start, before = 0, last = 0;
    for (int t = 0; t < steps; t++) {
        const double g =
            h * (theta - theta_star) + decay * theta + (t == impulse ? 1 : 0);
        const double m = beta * before + (1 - beta) * g;
        theta -= eta0 * ((1 + beta0) * m - beta0 * last);
        before = last;
        last = m;
    }
    return theta;
}

static const double curvatures[] = {-0.5, 0, 1e-6, 2};
enum { CURVATURES = sizeof curvatures / sizeof *curvatures };

static void the_law_of_pnm_is_that_of_its_impulses(void **state)
{
    (void)state;
    static const int steps[] = {1, 2, 7, 64};
    const double eta0 = 0.1, beta0 = 1, beta1 = 0.9, beta = beta1 * beta1;
    for (int decay = 0; decay < 2; decay++)
        for (int k = 0; k < CURVATURES * CURVATURES * 4; k++) {
            const double h_i = curvatures[k % CURVATURES];
            const double h_j = curvatures[k / CURVATURES % CURVATURES];
            const int t = steps[k / CURVATURES / CURVATURES];
            const double lambda = 0.3 * decay, star = 2, start = -1, c = 0.7;
            struct rule rule =
                CHECK_RULE("pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off",
                           eta0, beta0, beta1);
            const struct at_step at = {.h_i = h_i,
                                       .h_j = h_j,
                                       .c = c,
                                       .theta_star = star,
                                       .offset = start - star,
                                       .step = (uint64_t)t};
            double mean, covariance, sum = 0;
            rule.decay.lambda = lambda;
            assert_int_equal(at_step_law(&rule, &at, &mean, &covariance), EXACT_MATRIX);
            const double expected =
                pnm_response(eta0, beta0, beta, h_i, lambda, star, start, -1, t);
            for (int s = 0; s < t; s++)
                sum += c * pnm_response(eta0, beta0, beta, h_i, lambda, 0, 0, s, t) *
                       pnm_response(eta0, beta0, beta, h_j, lambda, 0, 0, s, t);
            CHECK_NEAR(mean + star, expected, 1e-11, 1e-13);
            CHECK_NEAR(covariance, sum, 1e-11, 1e-15);
        }
}

/* At curvature 0 Var theta_T is eta^2 c times the sum of the squares of the weights'
 * partial sums W_k. */
static double flat_variance(const char *name, int steps)
{
    const double beta1 = 0.9, beta = beta1 * beta1, beta0 = 3;
    double sum = 0, weights = 0;
    for (int k = 0; k < steps; k++) {
        double weight = 0;
        if (strcmp(name, "sgd") == 0)
            weight = k == 0;
        else if (strcmp(name, "heavy_ball") == 0)
            weight = (1 - beta1) * pow(beta1, k);
        else if (strcmp(name, "nesterov") == 0)
            weight = (k == 0) + pow(beta1, k + 1);
        else if (strcmp(name, "qhm") == 0)
            weight = 0.3 * (k == 0) + 0.7 * (1 - beta1) * pow(beta1, k);
        else if (strcmp(name, "pnm") == 0)
            weight = (1 - beta) * pow(beta, k / 2) * (k % 2 == 0 ? 1 + beta0 : -beta0);
        else if (strcmp(name, "pnm_eq7") == 0)
            weight = (1 - beta1) * pow(beta1, k) * (k % 2 == 0 ? 1 + beta0 : -beta0);
        weights += weight;
        sum += weights * weights;
    }
    return sum;
}

static void variances_where_nothing_pulls_are_those_of_sums(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "sgd lr=0.1",
        "heavy_ball lr=0.1 beta1=0.9",
        "nesterov lr=0.1 beta1=0.9",
        "qhm lr=0.1 beta1=0.9 nu=0.7",
        "pnm lr=0.1 beta0=3 beta1=0.9 lr-normalization=off",
        "pnm_eq7 lr=0.1 beta0=3 beta1=0.9"};
    static const int steps[] = {1, 2, 3, 10, 200};
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
            const struct rule rule = CHECK_RULE("%s", rules[k]);
            const struct at_step at = {.c = 2, .step = (uint64_t)steps[s]};
            double mean, covariance;
            at_step_law(&rule, &at, &mean, &covariance);
            CHECK_EXACT(mean, 0.0);
            CHECK_NEAR(covariance, 0.01 * 2 * flat_variance(rule.kind->name, steps[s]),
                       1e-12, 0);
        }
}

/* Where there is a stationary law, late steps have it, and theta* its mean. */
static void late_steps_have_the_stationary_law(void **state)
{
    (void)state;
    for (int decoupled = 0; decoupled < 2; decoupled++) {
        struct rule rule = CHECK_RULE("heavy_ball lr=0.2 beta1=0.5");
        const struct at_step at = {.h_i = 0.5,
                                   .h_j = 0.5,
                                   .c = 1,
                                   .theta_star = 2,
                                   .offset = 5,
                                   .step = 1 << 20};
        double mean, covariance, stationary, expected[LINEAR_STATE];
        enum exact_source source;
        struct error error;
        rule.decay = (struct decay){.lambda = 0.3, .decoupled = decoupled};
        at_step_law(&rule, &at, &mean, &covariance);
        CHECK_OK(theory_covariance(&rule, 0.5, 0.5, 1, &stationary, &source, &error),
                 &error);
        CHECK_OK(theory_mean(&rule, 0.5, 2, expected, &error), &error);
        CHECK_NEAR(covariance, stationary, 1e-13, 0);
        CHECK_NEAR(mean, expected[0], 1e-13, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_law_of_pnm_is_that_of_its_impulses),
        cmocka_unit_test(variances_where_nothing_pulls_are_those_of_sums),
        cmocka_unit_test(late_steps_have_the_stationary_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
