/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/rule_table.h"

/* The names of the columns behind "optimizer", with blanks between them. */
static void expect_columns(const struct rule *rules, size_t count, const char *names)
{
    static const struct column columns[] = {{"optimizer", COLUMN_TEXT, false}};
    struct table table;
    struct error error;
    struct text text = {0};
    CHECK_OK(rule_table_init(&table, columns, 1, rules, count, &error), &error);
    assert_int_equal(table.swept, 1);
    for (size_t k = 1; k < table.column_count; k++)
        text_add(&text, "%s%s", k > 1 ? " " : "", table.columns[k].name);
    assert_string_equal(text_get(&text), names);
    text_free(&text);
    table_free(&table);
}

/* A parameter has a column where it tells rows of one rule apart. A rate that is left
 * open in all rows is the same in all of them. */
static void test_what_differs_has_a_column(void **state)
{
    struct rule rules[3] = {CHECK_RULE("pnm lr=0.1 beta0=1"),
                            CHECK_RULE("pnm lr=0.1 beta0=2"), CHECK_RULE("sgd lr=0.3")};
    (void)state;
    expect_columns(rules, 1, "");
    expect_columns(rules, 2, "beta0");
    expect_columns(rules, 3, "beta0");
    rules[0].number[RULE_LR] = rules[1].number[RULE_LR] = NAN;
    expect_columns(rules, 2, "beta0");
    rules[1].number[RULE_LR] = 0.1;
    expect_columns(rules, 2, "lr beta0");
    rules[0] = rules[1] = CHECK_RULE("pnm lr=0.1 beta0=1");
    expect_columns(rules, 2, "");
    const int word = rule_kind_parameter(rules[0].kind, "lr-normalization");
    assert_true(word >= 0);
    rules[1].word[word] = 1 - rules[0].word[word];
    expect_columns(rules, 2, "lr-normalization");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_differs_has_a_column),
    };
    return cmocka_run_group_tests_name("rule_table", tests, NULL, NULL);
}
