/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_lemma.c: lemmas A.2 and A.3 as worst cases. */
#include "check.h"

#include "compare/trajectory.h"
#include "theory/convergence.h"
#include "worst/worst_lemma.h"

/* Huber's loss in one coordinate with L = 1; its gradient is at most 1. */
static struct loss huber(void)
{
    const struct loss_kind *kind = loss_kind_find("huber");
    struct loss loss;
    struct error error;
    double parameter[LOSS_MAX_PARAMETERS];
    loss_defaults(kind, parameter);
    assert_int_equal(loss_init(&loss, kind, 1, parameter, &error), STATUS_OK);
    return loss;
}

static struct rule pnm(double eta0, double beta0, double beta1)
{
    struct rule rule;
    struct error error;
    assert_int_equal(rule_from(&rule, &error,
                               "pnm lr=%.17g beta0=%.17g beta1=%.17g "
                               "lr-normalization=off",
                               eta0, beta0, beta1),
                     STATUS_OK);
    return rule;
}

/* z_N and theta_N of a simulated chain are the combinations of its gradients that the
 * problem has for them. */
static void points_are_those_of_a_chain(void **state)
{
    (void)state;
    enum { STEPS = 7 };
    static const double beta0s[] = {-0.4, 0, 1, 4};
    struct loss loss = huber();
    for (int a = 0; a < 4; a++)
        for (double beta1 = 0; beta1 < 1; beta1 += 0.45) {
            const struct rule rule = pnm(0.2, beta0s[a], beta1);
            struct error error;
            struct trajectory chain;
            struct worst_case worst;
            const struct descent descent = {
                .rule = &rule, .loss = &loss, .start = 1.5, .threads = 1};
            assert_int_equal(trajectory_noiseless(&descent, STEPS, &chain, &error),
                             STATUS_OK);
            assert_int_equal(worst_lemma_distance(&rule, STEPS - 1, &worst, &error),
                             STATUS_OK);
            for (long point = 1; point <= STEPS; point++) {
                const bool z = point == STEPS;
                const double *share = worst_symbol(&worst.problem, (size_t)point);
                double x = chain.theta[0];
                for (size_t t = 0; t < STEPS; t++)
                    x += share[t] * chain.g[t];
                const double expected =
                    z ? trajectory_z(&chain, X_CORRECTED, STEPS - 1, 0)
                      : chain.theta[point];
                CHECK_NEAR(x, expected, 1e-12, 1e-14);
            }
            trajectory_free(&chain);
            worst_case_free(&worst);
        }
    loss_free(&loss);
}

/* What lemma A.3 allows with the gradients that there are after N steps. */
static double allowed(double eta0, double beta0, double beta1, uint64_t steps)
{
    const double beta = beta1 * beta1;
    const double left = 1 - pow(beta, (double)((steps + 1) / 2));
    const double right = 1 - pow(beta, (double)(steps / 2));
    const double weights = fabs(beta - beta0 * (1 - beta)) * left + beta * right;
    return pow(eta0 * weights / (1 - beta), 2);
}

/* Where all weights have one sign, beta0 <= beta/(1 - beta), gradients that stay 1
 * attain the corrected lemma, so that it is sharp; beyond, none does at a small rate.
 */
static void the_corrected_lemma_is_sharp_for_small_beta0(void **state)
{
    (void)state;
    const double eta0 = 0.1, beta1 = 0.5;
    for (double beta0 = 0; beta0 < 0.34; beta0 += 0.1) {
        const struct rule rule = pnm(eta0, beta0, beta1);
        struct worst_case worst;
        struct error error;
        assert_int_equal(worst_lemma_distance(&rule, 6, &worst, &error), STATUS_OK);
        CHECK_NEAR(worst.certified, allowed(eta0, beta0, beta1, 6), 1e-6, 0);
        worst_case_free(&worst);
    }
    const struct rule rule = pnm(eta0, 1, beta1);
    struct worst_case worst;
    struct error error;
    assert_int_equal(worst_lemma_distance(&rule, 6, &worst, &error), STATUS_OK);
    assert_true(worst.certified < 0.2 * allowed(eta0, 1, beta1, 6));
    worst_case_free(&worst);
}

/* The chain's own value on huber, where the gradient is bounded by 1, stays below. */
static void chains_stay_below(void **state)
{
    (void)state;
    enum { STEPS = 5 };
    struct loss loss = huber();
    const struct rule rule = pnm(0.3, 1, 0.7);
    struct worst_case worst;
    struct error error;
    assert_int_equal(worst_lemma_distance(&rule, STEPS - 1, &worst, &error), STATUS_OK);
    for (double start = 0.1; start < 4; start += 0.1) {
        const struct descent descent = {
            .rule = &rule, .loss = &loss, .start = start, .threads = 1};
        struct trajectory chain;
        double at_z;
        assert_int_equal(trajectory_noiseless(&descent, STEPS, &chain, &error),
                         STATUS_OK);
        const double z = trajectory_z(&chain, X_CORRECTED, STEPS - 1, 0);
        loss.kind->evaluate_one(&loss, &z, &at_z);
        assert_true(pow(at_z - chain.g[STEPS - 1], 2) <= worst.certified);
        trajectory_free(&chain);
    }
    loss_free(&loss);
    worst_case_free(&worst);
}

/* eta0^2, from both sides, which f = x^2/2 attains with theta = 1 and z = 1 - eta0. */
static void the_descent_of_one_step_is_sharp(void **state)
{
    (void)state;
    for (double eta0 = 0.1; eta0 < 1; eta0 *= 1.7) {
        const double z = 1 - eta0, after = z - eta0;
        const double attained =
            after * after / 2 - z * z / 2 - pow(z - 1, 2) / 2 + eta0;
        struct worst_case worst;
        struct error error;
        assert_int_equal(worst_lemma_descent(eta0, &worst, &error), STATUS_OK);
        CHECK_NEAR(attained, eta0 * eta0, 1e-12, 0);
        CHECK_NEAR(worst.certified, attained, 1e-5, 0);
        CHECK_NEAR(worst.worst, attained, 1e-5, 0);
        assert_true(worst.certified >= attained * (1 - 1e-14));
        worst_case_free(&worst);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_those_of_a_chain),
        cmocka_unit_test(the_corrected_lemma_is_sharp_for_small_beta0),
        cmocka_unit_test(chains_stay_below),
        cmocka_unit_test(the_descent_of_one_step_is_sharp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
