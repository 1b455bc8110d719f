/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_examples.c: variances with minibatches, as the claims have them, against the
 * closed form of their law, and against the law of white noise, which is wrong. */
#include "check.h"

#include "claims/shared/claim_examples.h"

enum { MODES = CLAIM_EXAMPLES_MODES };

/* M_ii = v_i h_i (1 + tau)/(B - v_i h_i^2), tau = K/(1 - K), K = sum v h^2/(B - v h^2),
 * where v_i is the variance with white noise of variance 1. */
static void law(const struct rule *rule, double variance[MODES], double white[MODES])
{
    const double b = CLAIM_EXAMPLES_BATCH;
    double v[MODES], gain = 0;
    struct error error;
    for (int i = 0; i < MODES; i++) {
        const double h = claim_examples_h[i];
        enum exact_source source;
        CHECK_OK(theory_covariance(rule, h, h, 1, &v[i], &source, &error), &error);
        gain += v[i] * h * h / (b - v[i] * h * h);
        white[i] = v[i] * h / b;
    }
    for (int i = 0; i < MODES; i++) {
        const double h = claim_examples_h[i];
        variance[i] = v[i] * h / (1 - gain) / (b - v[i] * h * h);
    }
}

static void check_rule(const char *text)
{
    const struct sampling sampling = check_sampling(1, 0.002);
    const struct rule rule = CHECK_RULE("%s lr=%.17g", text, CLAIM_EXAMPLES_RATE);
    struct comparison row[MODES];
    double variance[MODES], white[MODES];
    struct error error;
    law(&rule, variance, white);
    CHECK_OK(claim_examples_compare(&sampling, &rule, CLAIM_EXAMPLES_FRESH, "test", row,
                                    &error),
             &error);
    for (int i = 0; i < MODES; i++) {
        struct evidence evidence = row[i].evidence;
        CHECK_NEAR(evidence.exact, variance[i], 1e-10, 0);
        assert_int_equal(evidence_judge(&evidence).exact, VERDICT_HOLDS);
        evidence.exact = white[i];
        evidence.exact_scale = evidence_scale(white[i]);
        assert_int_equal(evidence_judge(&evidence).exact, VERDICT_FAILS);
    }
}

static void minibatches_are_not_white_noise(void **state)
{
    (void)state;
    check_rule("sgd");
    check_rule("pnm beta0=1 beta1=0.9 lr-normalization=off");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minibatches_are_not_white_noise),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
