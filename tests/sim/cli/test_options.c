/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/exact_only.h"
#include "cli/manual.h"
#include "cli/options.h"
#include "cli/options_help.h"
#include "cli/plot.h"

/* A program of this test alone: it takes no rule and writes no file. */
static const struct option_spec own_options[] = {
    {.name = "most",
     .kind = OPTION_REAL,
     .argument = "X",
     .low = -INFINITY,
     .high = 3,
     .required = true,
     .doc = "a number, as \"2\""},
    {.name = "least",
     .kind = OPTION_REAL,
     .argument = "X",
     .low = 1,
     .low_open = true,
     .high = INFINITY,
     .doc = "a number"},
    {.name = "any",
     .kind = OPTION_REAL,
     .argument = "X",
     .low = -INFINITY,
     .high = INFINITY,
     .doc = "a number"},
    {.name = "word", .argument = "WORD", .doc = "a word"},
};

static const struct program_example examples[] = {{"Do it:", "pnm-try --most 2"},
                                                  {NULL, NULL}};

static const struct program program = {
    .name = "pnm-try",
    .title = "try",
    .summary = "Says \"a\\b\" and `c' and -d^2 ~ 3.",
    .notes = "One (e.g. this). Two.\n\nThree etc. and .four of it)",
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .examples = examples,
    .see_also = "pnm-rules",
};

static void expect(const char *text, const char *part)
{
    CHECK(strstr(text, part), "not there: %s\n--- in\n%.1500s", part, text);
}

static struct options table(void)
{
    struct options options;
    struct error error;
    CHECK_OK(options_table_init(&options, &program, &error), &error);
    return options;
}

static void test_ranges_say_what_bounds_them(void **state)
{
    static const struct {
        const char *name, *range;
    } cases[] = {{"most", "a number <= 3"},
                 {"least", "a number > 1"},
                 {"any", "a number"},
                 {"word", ""}};
    struct options options = table();
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct text text = {0};
        options_range(&options_find(&options, cases[k].name)->option, &text);
        assert_string_equal(text_get(&text), cases[k].range);
        text_free(&text);
    }
    options_free(&options);
}

/* The option, or the place in a file that its value comes from, stands before what is
 * wrong; a quantity that is no option of the program is named as it is. */
static void test_errors_name_where_a_value_comes_from(void **state)
{
    static const struct {
        const char *quantity, *file;
        unsigned long line;
        const char *said;
    } cases[] = {{"most", NULL, 0, "--most: 4 is too large"},
                 {"most", "a.ini", 7, "a.ini, line 7: --most: 4 is too large"},
                 {"most", "a.json", 0, "a.json: --most: 4 is too large"},
                 {"mass", NULL, 0, "mass: 4 is too large"},
                 {"", NULL, 0, "4 is too large"}};
    struct options options = table();
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct text text = {0};
        struct error error;
        struct option_value *most = options_find(&options, "most");
        most->file = cases[k].file;
        most->line = cases[k].line;
        assert_int_equal(
            error_about(&error, STATUS_USAGE, cases[k].quantity, "4 is too large"),
            STATUS_USAGE);
        options_describe_error(&options, &error, &text);
        assert_string_equal(text_get(&text), cases[k].said);
        text_free(&text);
    }
    options_free(&options);
}

/* roff would typeset these letters as others, or take them for its own. */
static void test_manual_writes_letters_by_name(void **state)
{
    struct options options = table();
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    (void)state;
    assert_non_null(stream);
    manual_print(stream, &options);
    assert_int_equal(fclose(stream), 0);
    expect(text, "Says \\(dqa\\eb\\(dq and \\(gac\\(aq and \\-d\\(ha2 \\(ti 3.\n");
    /* A sentence begins a line, an abbreviation and a word in brackets end none. */
    expect(text, "One (e.g.\\& this).\nTwo.\n.Pp\nThree etc.\\& and .four of it)\\&\n");
    expect(text, ".Op Ar option ...\n.Sh DESCRIPTION\n");
    expect(text, ".Nm\n.Fl Fl most Ns = Ns Ar \\&X\n");
    expect(text, ".Bd -literal -offset indent\n$ pnm\\-try \\-\\-most 2\n");
    assert_null(strstr(text, ".Sh RULES"));
    free(text);
    options_free(&options);
}

static void test_help_of_a_program_without_rules(void **state)
{
    struct options options = table();
    struct text text = {0};
    (void)state;
    options_help_text(&options, &options_find(&options, "most")->option, &text);
    assert_string_equal(text_get(&text), "a number, as \"2\" (required)");
    text_clear(&text);
    options_help_ends(&program, &text);
    assert_string_equal(text_get(&text),
                        "Exit status: 0 done; 64 bad usage; 70 a computation failed; "
                        "71 out of memory; 74 output could not be written; "
                        "130 interrupted.");
    text_free(&text);
    options_free(&options);
}

/* Of a table that is not drawn nothing tells which column is exact. */
static void test_exact_only_leaves_out_what_is_sampled(void **state)
{
    enum { EXACT, MEASURED, COLUMNS };
    static const struct column columns[COLUMNS] = {
        [EXACT] = {"exact", COLUMN_REAL, false},
        [MEASURED] = {"measured", COLUMN_REAL, COLUMN_SAMPLED}};
    static const struct plot plot = {.label = "x", .exact = {"exact", "exact"}},
                             without = {.label = "x"}, other = {.exact = {"y", "y"}};
    const struct {
        const struct plot *plot;
        double exact;
        int status;
    } cases[] = {{NULL, NAN, STATUS_OK},
                 {&without, NAN, STATUS_OK},
                 {&other, NAN, STATUS_OK},
                 {&plot, 0.5, STATUS_OK},
                 {&plot, NAN, STATUS_USAGE}};
    struct request request = {.sampling.exact_only = true};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct table table;
        struct error error;
        CHECK_OK(table_init(&table, columns, COLUMNS, &error), &error);
        CHECK_OK(table_row(&table, &error), &error);
        table_real(&table, EXACT, cases[k].exact);
        table_real(&table, MEASURED, 1);
        table.plot = cases[k].plot;
        assert_int_equal(exact_only_finish(&request, &table, &error), cases[k].status);
        assert_int_equal(table.column_count, 1);
        assert_string_equal(table.columns[0].name, "exact");
        if (cases[k].status != STATUS_OK)
            assert_string_equal(error.text,
                                "no row has an exact value, because the rule has no "
                                "exact law; without the option rows are measured");
        table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_say_what_bounds_them),
        cmocka_unit_test(test_errors_name_where_a_value_comes_from),
        cmocka_unit_test(test_manual_writes_letters_by_name),
        cmocka_unit_test(test_help_of_a_program_without_rules),
        cmocka_unit_test(test_exact_only_leaves_out_what_is_sampled),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
