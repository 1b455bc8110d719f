/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rule_from.c: rules as texts. */
#include "check.h"

/* A rule whose values lie anywhere in their ranges, with its text. */
static struct rule random_rule(const struct rule_kind *kind, uint64_t *random,
                               struct text *text)
{
    struct rule rule = rule_of(kind, NAN);
    text_clear(text);
    text_add(text, "%s", kind->name);
    for (int i = 0; i < kind->parameter_count; i++) {
        const struct parameter *p = &kind->parameters[i];
        if (p->choices) {
            rule.word[i] = (int)(check_word(random) % 2);
            text_add(text, " %s=%s", p->name, p->choices[rule.word[i]]);
        } else {
            rule.number[i] =
                check_uniform(random, fmax(p->low, -1e6), fmin(p->high, 1e6));
            text_add(text, " %s=%.17g", p->name, rule.number[i]);
        }
    }
    return rule;
}

static void check_same_rule(const struct rule *rule, const struct rule *expected)
{
    assert_ptr_equal(rule->kind, expected->kind);
    CHECK_SAME(rule->number, expected->number, (size_t)(rule->kind->parameter_count));
    for (int i = 0; i < rule->kind->parameter_count; i++)
        assert_int_equal(rule->word[i], expected->word[i]);
    assert_true(rule_hash(rule) == rule_hash(expected));
}

/* Streams of random numbers are named by the bits. */
static void test_17_digits_keep_every_bit(void **state)
{
    uint64_t random = 1;
    struct text text = {0};
    (void)state;
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++)
        for (int k = 0; k < 100; k++) {
            const struct rule expected = random_rule(*kind, &random, &text);
            const struct rule rule = CHECK_RULE("%s", text_get(&text));
            check_same_rule(&rule, &expected);
        }
    text_free(&text);
}

static void test_numbers_are_those_of_c(void **state)
{
    (void)state;
    const struct rule rule = CHECK_RULE("pnm lr=1e-3 beta0=-0.4 beta1=0.9");
    const double expected[] = {1e-3, -0.4, 0.9};
    CHECK_SAME(rule.number, expected, 3);
    /* As on the command line. */
    CHECK_EXACT(CHECK_RULE("pnm beta0=-0").number[1], 0);
}

/* What is not named takes its default, one that is computed from the others too. */
static void test_defaults(void **state)
{
    (void)state;
    for (const struct rule_kind *const *kind = rule_kinds(); *kind; kind++) {
        struct rule expected = rule_of(*kind, 0.125);
        rule_complete(&expected);
        const struct rule rule = CHECK_RULE("%s lr=0.125", (*kind)->name);
        check_same_rule(&rule, &expected);
        CHECK_NAN(CHECK_RULE("%s", (*kind)->name).number[RULE_LR]);
    }
    CHECK_EXACT(CHECK_RULE("heavy_ball beta1=0.75").number[2], 0.25);
    CHECK_EXACT(CHECK_RULE("heavy_ball beta1=0.75 beta3=1").number[2], 1);
}

static void test_blanks_and_order(void **state)
{
    (void)state;
    const struct rule expected = CHECK_RULE("adapnm lr=0.1 beta0=2 amsgrad=off");
    const struct rule rule = CHECK_RULE("  adapnm  amsgrad=off beta0=2   lr=0.1 ");
    check_same_rule(&rule, &expected);
    assert_int_equal(rule.word[rule_kind_parameter(rule.kind, "amsgrad")], 0);
}

/* Every refusal names the rule, what is wrong with it, and what is allowed. */
static void test_refusals(void **state)
{
    static const struct {
        const char *text, *words[4];
    } cases[] = {
        {"", {"no update rule ''", "two_batch"}},
        {"  ", {"no update rule ''", "two_batch"}},
        {"pnn lr=1", {"no update rule 'pnn'", "did you mean pnm?", "in the rule 'pnn"}},
        {"lr=1", {"no update rule 'lr=1'", "two_batch"}},
        {"pnm beta2=1", {"no parameter 'beta2'", "beta0", "beta1", "'pnm beta2=1'"}},
        {"sgd beta1=0", {"no parameter 'beta1'", "allowed are lr", "'sgd beta1=0'"}},
        {"pnm bata0=1", {"no parameter 'bata0'", "did you mean beta0?"}},
        {"pnm =1", {"no parameter ''", "'pnm =1'"}},
        {"pnm beta1", {"'beta1' is no NAME=VALUE", "'pnm beta1'"}},
        {"pnm beta1=1", {"--beta1: 1 is out", "0 <= beta1 < 1", "'pnm beta1=1'"}},
        {"pnm lr=0", {"--lr: 0 is out of range", "0 < lr", "'pnm lr=0'"}},
        {"pnm beta0=", {"--beta0: '' is not a number", "'pnm beta0='"}},
        {"pnm beta0=1,2", {"--beta0: '1,2' has a comma", "allowed is a finite number"}},
        {"pnm beta0=nan", {"--beta0: 'nan' is not a number"}},
        {"pnm beta0=inf", {"--beta0: 'inf' is not finite"}},
        {"pnm lr-normalization=0", {"--lr-normalization: '0' is not", "off|on"}},
        {"pnm lr=1 beta0=1 lr=1", {"--lr: a second value '1'", "allowed is one"}},
    };
    struct rule rule;
    struct error error;
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int w = 0; w < 4 && cases[k].words[w]; w++)
            CHECK_REFUSED(cases[k].text, rule_from(&rule, &error, "%s", cases[k].text),
                          &error, cases[k].words[w]);
    CHECK_REFUSED("a long text", rule_from(&rule, &error, "sgd %600s", "lr=1"), &error,
                  "allowed are 511 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_17_digits_keep_every_bit),
        cmocka_unit_test(test_numbers_are_those_of_c),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_blanks_and_order),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
