/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_required.c: which statements of the paper a ledger decides. */
#include "check.h"
#include "required.h"

static const struct claim first = {.id = "eq1"}, longer = {.id = "eq14"};

static struct ledger_row row_of(const struct claim *claim, enum verdict paper)
{
    return (struct ledger_row){.claim = claim,
                               .verdicts = {.exact = VERDICT_HOLDS, .paper = paper}};
}

static void a_statement_is_decided_by_all_its_claims(void **state)
{
    (void)state;
    const struct statement one = {.name = "equation 1", .text = "eq1"},
                           both = {.name = "figure 2", .text = "eq1 eq14"},
                           nowhere = {.name = "table 1", .text = "eq"},
                           defined = {.name = "equation 3",
                                      .text = "defined in eq1",
                                      .definition = true};
    struct ledger_row rows[] = {row_of(&first, VERDICT_NO_CLAIM),
                                row_of(&longer, VERDICT_FAILS)};
    const struct ledger ledger = {.rows = rows, .count = 2};
    assert_false(required_decided(&one, &ledger));
    assert_false(required_decided(&both, &ledger));
    static const enum verdict undecided[] = {VERDICT_INCONCLUSIVE, VERDICT_NOT_SAMPLED,
                                             VERDICT_NOT_CHECKED_YET,
                                             VERDICT_NOT_TESTABLE_HERE};
    for (size_t k = 0; k < sizeof undecided / sizeof *undecided; k++) {
        rows[0].verdicts.paper = undecided[k];
        assert_false(required_decided(&one, &ledger));
    }
    static const enum verdict decided[] = {VERDICT_HOLDS, VERDICT_FAILS,
                                           VERDICT_HOLDS_IN_THE_LIMIT};
    for (size_t k = 0; k < sizeof decided / sizeof *decided; k++) {
        rows[0].verdicts.paper = decided[k];
        assert_true(required_decided(&one, &ledger));
        assert_true(required_decided(&both, &ledger));
    }
    assert_false(required_decided(&nowhere, &ledger));
    assert_false(required_decided(&defined, &ledger));
}

static void what_is_open_is_named(void **state)
{
    (void)state;
    struct statement statements[] = {
        {.name = "equation 1", .text = "defined in FILE", .definition = true},
        {.name = "equation 2", .text = "eq1"},
        {.name = "equation 3", .text = "eq14"},
        {.name = "equation 4", .text = "eq14 eq1"}};
    struct ledger_row rows[] = {row_of(&first, VERDICT_HOLDS)};
    const struct ledger ledger = {.rows = rows, .count = 1};
    const struct required required = {statements, 4};
    struct text text = {0};
    required_tell(&required, &ledger, &text);
    assert_string_equal(
        text_get(&text),
        "decided 1 of 4 numbered statements of the paper; definitions: equation 1; not "
        "decided: equation 3, equation 4");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_decided_by_all_its_claims),
        cmocka_unit_test(what_is_open_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
