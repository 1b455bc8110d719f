/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_findings.c: the sentences say what the rows of a ledger say. */
#include "check.h"
#include "findings.h"
#include "verdict/ledger_count.h"

static void a_finding_has_the_numbers_of_its_row(void **state)
{
    (void)state;
    const struct claim claim = {.id = "eq18-19", .check = NULL};
    struct ledger_row rows[] = {
        {.claim = &claim,
         .paper = 36.5,
         .exact = 2.25,
         .verdicts = {.paper = VERDICT_INCONCLUSIVE}},
        {.claim = &claim,
         .paper = 49,
         .exact = 49,
         .verdicts = {.paper = VERDICT_HOLDS_IN_THE_LIMIT}},
    };
    text_add(&rows[0].setting, "pnm beta0=3 beta1=0.9, Algorithm 2; limit");
    text_add(&rows[1].setting, "two_batch beta0=3, two");
    const struct ledger ledger = {.rows = rows, .count = 2};
    struct text text = {0};
    struct error error;
    assert_int_equal(findings_tell(&ledger, &text, &error), STATUS_OK);
    assert_non_null(strstr(text_get(&text), "1. "));
    assert_non_null(strstr(text_get(&text), "36.5 times"));
    assert_non_null(
        strstr(text_get(&text), "2.25 times in the limit: inconclusive (eq18-19).\n"));
    assert_non_null(
        strstr(text_get(&text), "49 times: holds in the limit (eq18-19).\n"));
    assert_null(strstr(text_get(&text), "3. "));
    /* A claim without the row is an error, not silence. */
    text_clear(&text);
    const struct ledger without = {.rows = rows, .count = 1};
    assert_int_equal(findings_tell(&without, &text, &error), STATUS_SOFTWARE);
    /* Of what was not checked nothing is said. */
    text_clear(&text);
    const struct ledger empty = {.rows = NULL};
    assert_int_equal(findings_tell(&empty, &text, &error), STATUS_OK);
    assert_string_equal(text_get(&text), "");
    text_free(&text);
    text_free(&rows[0].setting);
    text_free(&rows[1].setting);
}

/* {claim} counts the verdicts of all rows of the claim, not of the finding's alone. */
static void a_finding_tells_what_all_rows_of_its_claim_say(void **state)
{
    (void)state;
    const struct claim claim = {.id = "special-hb", .check = NULL};
    const struct claim other = {.id = "eq9", .check = NULL};
    struct ledger_row rows[] = {
        {.claim = &claim,
         .measured = 2e-16,
         .verdicts = {.paper = VERDICT_HOLDS, .exact = VERDICT_HOLDS}},
        {.claim = &claim, .verdicts = {.paper = VERDICT_FAILS, .exact = VERDICT_HOLDS}},
        {.claim = &other,
         .verdicts = {.paper = VERDICT_INCONCLUSIVE, .exact = VERDICT_HOLDS}},
    };
    text_add(&rows[0].setting, "pnm at beta0=-0.47");
    text_add(&rows[1].setting, "another");
    const struct ledger ledger = {.rows = rows, .count = 3};
    struct text text = {0};
    struct error error;
    assert_int_equal(findings_tell(&ledger, &text, &error), STATUS_OK);
    assert_non_null(strstr(text_get(&text), "differ by 2e-16 of their size: "));
    assert_non_null(strstr(text_get(&text), ledger_count_words(&ledger, &claim)));
    text_free(&text);
    text_free(&rows[0].setting);
    text_free(&rows[1].setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_tells_what_all_rows_of_its_claim_say),
        cmocka_unit_test(a_finding_has_the_numbers_of_its_row),
    };
    return cmocka_run_group_tests_name("findings", tests, NULL, NULL);
}
