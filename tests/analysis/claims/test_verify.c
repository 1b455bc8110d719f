/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_verify.c: how pnm-verify ends what it prints: with the statements of a list that
 * the ledger decides. The list and the claims are two of the test's own, because those
 * of the paper take minutes. */
#include "memory.h"

#include "base/data_file.h"
#include "claims/claims.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <sys/stat.h>

static const struct claim *const *two_claims(enum claims_paper paper);
#define claims_of two_claims
#define main verify_main
#include "../../../analysis/pnm-verify.c"
#undef main

static int check_holds(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    const struct computed computed = {CLAIM_ARITHMETIC, 0.5, 0.5, 0.5, 0.05, 0.1};
    return ledger_computed(ledger, claim, FORM_PRINTED, "a half", &computed, error);
}

/* A signal arrives while the claim is checked. */
static int check_long(struct ledger *ledger, const struct claim *claim,
                      struct error *error)
{
    const int status = check_holds(ledger, claim, error);
    raise(SIGINT);
    return status == STATUS_OK ? interrupt_check(error) : status;
}

static const struct claim holds = {.id = "half",
                                   .where = "line 1",
                                   .kind = CLAIM_ARITHMETIC,
                                   .statement = "1/2",
                                   .check = check_holds},
                          unknown = {.id = "later",
                                     .where = "line 2",
                                     .kind = CLAIM_ARITHMETIC,
                                     .statement = "1/3",
                                     .status = VERDICT_NOT_TESTABLE_HERE,
                                     .reason = "it is not here"},
                          longer = {.id = "long",
                                    .where = "line 3",
                                    .kind = CLAIM_ARITHMETIC,
                                    .statement = "1/2",
                                    .check = check_long};
static const struct claim *claims[] = {&holds, &unknown, NULL};

static const struct claim *const *two_claims(enum claims_paper paper)
{
    (void)paper;
    return claims;
}

/* --- the list ----------------------------------------------------------------------
 */

/* Writes the list to where this program looks for it; NULL: there is none. */
static void put_list(const char *list)
{
    struct text path = {0};
    struct error error;
    CHECK_OK(data_file_path(&path, "claims/required.txt", &error), &error);
    char *file = strdup(text_get(&path));
    assert_non_null(file);
    text_free(&path);
    unlink(file);
    for (char *at = file; list && (at = strchr(at + 1, '/')); *at = '/') {
        *at = '\0';
        mkdir(file, 0777);
    }
    FILE *stream = list ? fopen(file, "w") : NULL;
    if (stream) {
        fputs(list, stream);
        assert_int_equal(fclose(stream), 0);
    }
    free(file);
}

static int remove_list(void **state)
{
    (void)state;
    put_list(NULL);
    return 0;
}

static const char short_list[] = "# A comment: it is no statement.\n"
                                 "equation 1: half\n"
                                 "equation 2: defined in sim/rules/sgd.c\n"
                                 "figure 3: half later";

static void the_list_is_read(void **state)
{
    (void)state;
    struct required required;
    struct error error;
    put_list(short_list);
    CHECK_OK(required_read(&required, &error), &error);
    assert_int_equal(required.count, 3);
    assert_string_equal(required.statement[0].name, "equation 1");
    assert_string_equal(required.statement[0].text, "half");
    assert_false(required.statement[0].definition);
    assert_string_equal(required.statement[1].text, "defined in sim/rules/sgd.c");
    assert_true(required.statement[1].definition);
    assert_string_equal(required.statement[2].name, "figure 3");
    assert_string_equal(required.statement[2].text, "half later");
    required_free(&required);
    assert_null(required.statement);
}

static void a_line_of_another_form_is_refused(void **state)
{
    (void)state;
    char name[64], ids[256];
    snprintf(name, sizeof name, "%024d: half\n", 1);
    snprintf(ids, sizeof ids, "table 1: %0120d\n", 1);
    const char *const wrong[] = {
        "equation 1\n", "equation 1: \n", "equation 1:half\n", "\n", name, ids};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        struct required required;
        struct error error;
        struct text list = {0};
        text_add(&list, "equation 0: half\n%s", wrong[k]);
        put_list(text_get(&list));
        text_free(&list);
        assert_int_equal(required_read(&required, &error), STATUS_SOFTWARE);
        assert_non_null(strstr(error.text, "is not of the form 'NAME: IDS'"));
        assert_null(required.statement);
    }
    struct required required;
    struct error error;
    put_list(NULL);
    assert_int_equal(required_read(&required, &error), STATUS_SOFTWARE);
    assert_non_null(strstr(error.text, "required.txt', which belongs to this program"));
    /* The longest name and text that fit. */
    snprintf(ids, sizeof ids, "%023d: %0119d\n", 1, 2);
    put_list(ids);
    CHECK_OK(required_read(&required, &error), &error);
    assert_int_equal(strlen(required.statement[0].name), 23);
    assert_int_equal(strlen(required.statement[0].text), 119);
    required_free(&required);
}

/* --- the closing line --------------------------------------------------------------
 */

static int verify(const struct verify_request *own, struct table *table,
                  struct error *error)
{
    const struct sampling *sampling = &own->request.sampling;
    struct ledger ledger = {.sampling = sampling, .max_samples = 1};
    const int status = check_and_tell(own, &ledger, table, error);
    ledger_free(&ledger);
    return status;
}

static void the_whole_ledger_tells_what_it_decides(void **state)
{
    (void)state;
    static const char decided[] =
        "decided 1 of 3 numbered statements of the paper; definitions: equation 2; not "
        "decided: figure 3\n";
    const struct sampling sampling = check_sampling(1, 0.1);
    struct verify_request own = {.request.sampling = sampling, .paper = CLAIMS_PNM};
    struct table table = {0};
    struct error error;
    put_list(short_list);
    CHECK_OK(verify(&own, &table, &error), &error);
    assert_int_equal(table_rows(&table), 2);
    assert_non_null(strstr(text_get(&table.closing), decided));
    table_free(&table);
    own.paper = CLAIMS_ALL;
    own.paper_given = true;
    own.claims = "half";
    table = (struct table){0};
    CHECK_OK(verify(&own, &table, &error), &error);
    assert_int_equal(table_rows(&table), 2);
    assert_non_null(strstr(text_get(&table.closing), decided));
    table_free(&table);
    /* Of some claims, or those of a neighbour, it is not told. */
    own.paper = CLAIMS_NEIGHBOURS;
    table = (struct table){0};
    CHECK_OK(verify(&own, &table, &error), &error);
    assert_null(strstr(text_get(&table.closing), "numbered statements"));
    table_free(&table);
    own.paper = CLAIMS_PNM;
    own.paper_given = false;
    table = (struct table){0};
    CHECK_OK(verify(&own, &table, &error), &error);
    assert_int_equal(table_rows(&table), 1);
    assert_null(strstr(text_get(&table.closing), "numbered statements"));
    table_free(&table);
    own.claims = NULL;
    put_list(NULL);
    table = (struct table){0};
    assert_int_equal(verify(&own, &table, &error), STATUS_SOFTWARE);
    table_free(&table);
}

static int verify_all(void *context, struct error *error)
{
    struct table table = {0};
    const int status = verify(context, &table, error);
    table_free(&table);
    return status;
}

static void a_ledger_needs_memory(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.1);
    struct verify_request own = {.request.sampling = sampling, .paper = CLAIMS_PNM};
    put_list(short_list);
    check_memory("the whole ledger", verify_all, &own);
    own.claims = "half,later";
    check_memory("two claims", verify_all, &own);
}

/* What a signal leaves of a ledger: the rows of the claims before, in a table, or no
 * table if there is no memory for it. */
static void a_signal_leaves_the_claims_before(void **state)
{
    (void)state;
    const struct sampling sampling = check_sampling(1, 0.1);
    struct verify_request own = {.request.sampling = sampling, .paper = CLAIMS_PNM};
    struct error error;
    struct table table = {0};
    signal(SIGINT, SIG_DFL); /* it is ignored in the background of a shell */
    interrupt_catch();
    claims[1] = &longer;
    assert_int_equal(verify(&own, &table, &error), STATUS_INTERRUPTED);
    assert_int_equal(table_rows(&table), 1);
    table_free(&table);
    check_memory_or("a ledger cut short", verify_all, &own, STATUS_INTERRUPTED);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_list_is_read, remove_list),
        cmocka_unit_test_teardown(a_line_of_another_form_is_refused, remove_list),
        cmocka_unit_test_teardown(the_whole_ledger_tells_what_it_decides, remove_list),
        cmocka_unit_test_teardown(a_ledger_needs_memory, remove_list),
        cmocka_unit_test_teardown(a_signal_leaves_the_claims_before, remove_list),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
