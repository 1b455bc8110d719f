/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The learning rates and weight decays at which rules move alike, against formulas, and
 * which rules are paired. */
#include "check.h"

#include "compare/match.h"

static struct rule named(const char *text)
{
    struct error error;
    struct rule rule;
    CHECK(rule_from(&rule, &error, "%s", text) == STATUS_OK, "%s", error.text);
    return rule;
}

static struct rule twin_of(const struct rule *rule, const char *baseline,
                           enum match match)
{
    struct error error;
    const struct rule other = named(baseline);
    struct rule twin;
    CHECK(match_twin(rule, &other, match, &twin, &error) == STATUS_OK, "%s",
          error.text);
    return twin;
}

/* gamma = (1+beta0)^2 + beta0^2, by which Algorithm 2 divides the learning rate. */
static double gamma_of(double beta0)
{
    return (1 + beta0) * (1 + beta0) + beta0 * beta0;
}

static void rates_follow_from_the_paper(void **state)
{
    static const double beta0s[] = {0, 1, 5, 70};
    (void)state;
    for (int k = 0; k < 4; k++) {
        const double root = sqrt(gamma_of(beta0s[k]));
        struct rule pnm = named("pnm lr=0.5 beta1=0.9");
        rule_set(&pnm, "beta0", beta0s[k]);
        struct rule twin = twin_of(&pnm, "sgd lr=7", MATCH_RATE);
        CHECK_NEAR(twin.number[RULE_LR], 0.5 / root, MATCH_TOLERANCE, 0);
        twin = twin_of(&pnm, "heavy_ball lr=0.5 beta1=0.9", MATCH_RATE);
        CHECK_NEAR(twin.number[RULE_LR], 0.5 / root, MATCH_TOLERANCE, 0);
        /* PyTorch's momentum, in which the gradient has the weight 1. */
        twin = twin_of(&pnm, "heavy_ball lr=0.5 beta1=0.9 beta3=1", MATCH_RATE);
        CHECK_NEAR(twin.number[RULE_LR], 0.5 * (1 - 0.9) / root, MATCH_TOLERANCE, 0);
        /* The other way round. */
        const struct rule sgd = named("sgd lr=0.5");
        char text[80];
        snprintf(text, sizeof text, "pnm lr=3 beta0=%g", beta0s[k]);
        twin = twin_of(&sgd, text, MATCH_RATE);
        CHECK_NEAR(twin.number[RULE_LR], 0.5 * root, MATCH_TOLERANCE, 0);
    }
}

/* As the authors' code has it, pnm decays by its full learning rate, sgd by L2. */
static void decays_follow_from_the_paper(void **state)
{
    (void)state;
    const double root = sqrt(gamma_of(70));
    struct rule pnm = named("pnm lr=0.5 beta0=70");
    pnm.decay = (struct decay){.lambda = 1e-3, .decoupled = true};
    struct rule twin = twin_of(&pnm, "sgd lr=0.5", MATCH_BOTH);
    assert_false(twin.decay.decoupled);
    CHECK_NEAR(twin.number[RULE_LR], 0.5 / root, MATCH_TOLERANCE, 0);
    CHECK_NEAR(twin.decay.lambda, 1e-3 * root, MATCH_TOLERANCE, 0);
    /* What theta loses in a step is then the same. */
    CHECK_NEAR(twin.number[RULE_LR] * twin.decay.lambda, 0.5 * 1e-3, MATCH_TOLERANCE,
               0);
    pnm.decay.decoupled = false;
    twin = twin_of(&pnm, "sgd lr=0.5", MATCH_BOTH);
    CHECK_NEAR(twin.decay.lambda, 1e-3, MATCH_TOLERANCE, 0);
    pnm.decay.lambda = 0;
    twin = twin_of(&pnm, "sgd lr=0.5", MATCH_BOTH);
    CHECK_NEAR(twin.decay.lambda, 0, 0, 0);
    /* Of the rate alone it is the baseline's own. */
    pnm.decay.lambda = 1e-3;
    twin = twin_of(&pnm, "sgd lr=0.5", MATCH_RATE);
    CHECK_NEAR(twin.decay.lambda, 0, 0, 0);
}

static void adaptive_rules_by_the_ratio_of_their_rates(void **state)
{
    (void)state;
    const struct rule adapnm = named("adapnm lr=0.01 beta0=1");
    const struct rule twin = twin_of(&adapnm, "adam lr=0.5", MATCH_RATE);
    CHECK_NEAR(twin.number[RULE_LR], 0.01 / sqrt(gamma_of(1)), 1e-3, 0);
    CHECK_NEAR(training_applied(&twin).rate, training_applied(&adapnm).rate,
               MATCH_TOLERANCE, 0);
}

static void refuses(const char *rule, const char *baseline, double lambda,
                    enum match match, const char *why)
{
    struct error error;
    struct rule own = named(rule);
    const struct rule other = named(baseline);
    own.decay.lambda = lambda;
    struct rule twin;
    assert_int_equal(match_twin(&own, &other, match, &twin, &error), STATUS_USAGE);
    assert_string_equal(error.quantity, "match");
    CHECK(strstr(error.text, why), "%s", error.text);
}

static void what_cannot_be_matched(void **state)
{
    (void)state;
    refuses("adam lr=0.1", "sgd lr=0.1", 0, MATCH_RATE, "one of them is linear");
    refuses("pnm lr=0.1", "adapnm lr=0.1", 0, MATCH_RATE, "one of them is linear");
    /* sqrt(gamma) is 99.5: chains with the rate that is needed overflow. */
    refuses("sgd lr=1e307", "pnm lr=0.1 beta0=70", 0, MATCH_RATE,
            "no learning rate gives");
    /* Its gain, 1 + beta0 - beta0 beta1, is negative. */
    refuses("pnm_eq7 lr=1 beta0=-3 beta1=0.5", "sgd lr=0.1", 0, MATCH_RATE,
            "settles into no rate at which it moves");
    refuses("sgd lr=0.1", "pnm_eq7 lr=1 beta0=-3 beta1=0.5", 0, MATCH_RATE,
            "settles into no rate at which it moves");
    /* 1e-325 is 0 in doubles. */
    refuses("sgd lr=1e-307", "heavy_ball lr=0.1 beta1=0.9 beta3=1e17", 0, MATCH_RATE,
            "heavy_ball would need the learning rate 0 for the applied rate 1e-307 of "
            "sgd, which is out of range");
    /* The decay of a gradient is divided by the rate's own root of squares. */
    refuses("adam lr=0.1", "adapnm lr=0.1 beta0=1", 0.01, MATCH_BOTH,
            "takes no fixed share of theta");
}

static size_t pair(const char *const *texts, size_t count, enum match match,
                   struct match_pair **pairs)
{
    struct error error;
    struct rule rules[8];
    size_t found;
    for (size_t k = 0; k < count; k++)
        rules[k] = named(texts[k]);
    CHECK(match_pairs(rules, count, match, pairs, &found, &error) == STATUS_OK, "%s",
          error.text);
    return found;
}

static void rules_meet_the_baseline_of_their_learning_rate(void **state)
{
    static const char *const texts[] = {"sgd lr=0.1", "sgd lr=0.5",
                                        "pnm lr=0.1", "pnm lr=0.1 beta0=5",
                                        "pnm lr=0.5", "heavy_ball lr=0.5"};
    struct match_pair *pairs;
    (void)state;
    assert_int_equal(pair(texts, 6, MATCH_NONE, &pairs), 4);
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(pairs[k].twin.kind->name, "sgd");
        CHECK_NEAR(pairs[k].twin.number[RULE_LR], pairs[k].own.number[RULE_LR], 0, 0);
    }
    CHECK_NEAR(rule_parameter(&pairs[1].own, "beta0"), 5, 0, 0);
    free(pairs);
    assert_int_equal(pair(texts, 6, MATCH_RATE, &pairs), 4);
    for (size_t k = 0; k < 4; k++)
        CHECK_NEAR(training_applied(&pairs[k].twin).rate,
                   training_applied(&pairs[k].own).rate, MATCH_TOLERANCE, 0);
    free(pairs);
    assert_int_equal(pair(texts, 6, MATCH_ITSELF, &pairs), 6);
    for (size_t k = 0; k < 6; k++)
        assert_true(rule_hash(&pairs[k].own) == rule_hash(&pairs[k].twin));
    free(pairs);
}

static void baselines_that_the_rule_cannot_tell_apart_are_all_met(void **state)
{
    /* beta0 is none of sgd's parameters; heavy_ball and pnm share beta1. */
    static const char *const many[] = {"pnm lr=0.1 beta0=0", "pnm lr=0.1 beta0=1",
                                       "sgd lr=0.1"};
    static const char *const shared[] = {
        "heavy_ball lr=0.1 beta1=0.5", "heavy_ball lr=0.1 beta1=0.9",
        "pnm lr=0.1 beta1=0.5", "pnm lr=0.1 beta1=0.9"};
    static const char *const alone[] = {"pnm lr=0.1 beta0=0", "pnm lr=0.1 beta0=1",
                                        "pnm lr=0.5 beta0=0", "pnm lr=0.5 beta0=1"};
    struct match_pair *pairs;
    (void)state;
    assert_int_equal(pair(many, 3, MATCH_NONE, &pairs), 2);
    free(pairs);
    assert_int_equal(pair(shared, 4, MATCH_NONE, &pairs), 2);
    for (size_t k = 0; k < 2; k++)
        CHECK_NEAR(rule_parameter(&pairs[k].twin, "beta1"),
                   rule_parameter(&pairs[k].own, "beta1"), 0, 0);
    free(pairs);
    assert_int_equal(pair(alone, 4, MATCH_NONE, &pairs), 2);
    for (size_t k = 0; k < 2; k++) {
        CHECK_NEAR(rule_parameter(&pairs[k].own, "beta0"), 1, 0, 0);
        CHECK_NEAR(rule_parameter(&pairs[k].twin, "beta0"), 0, 0, 0);
        CHECK_NEAR(pairs[k].twin.number[RULE_LR], pairs[k].own.number[RULE_LR], 0, 0);
    }
    free(pairs);
}

static void one_rule_has_no_pair(void **state)
{
    struct error error;
    const struct rule rules[] = {named("sgd lr=0.1"), named("sgd lr=0.5")};
    struct match_pair *pairs;
    size_t count;
    (void)state;
    assert_int_equal(match_pairs(rules, 2, MATCH_NONE, &pairs, &count, &error),
                     STATUS_USAGE);
    assert_string_equal(error.quantity, "optimizer");
    free(pairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_follow_from_the_paper),
        cmocka_unit_test(decays_follow_from_the_paper),
        cmocka_unit_test(adaptive_rules_by_the_ratio_of_their_rates),
        cmocka_unit_test(what_cannot_be_matched),
        cmocka_unit_test(rules_meet_the_baseline_of_their_learning_rate),
        cmocka_unit_test(baselines_that_the_rule_cannot_tell_apart_are_all_met),
        cmocka_unit_test(one_rule_has_no_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
