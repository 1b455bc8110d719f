/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/plot.h"

enum { RULE, RATE, BETA, DERIVED, MEASURED, BAR, EXACT, NU, COLUMNS };

static const struct column columns[COLUMNS] = {
    [RULE] = {"optimizer", COLUMN_TEXT, false},
    [RATE] = {"lr", COLUMN_REAL, false},
    [BETA] = {"beta0", COLUMN_REAL, false},
    [DERIVED] = {"eta0", COLUMN_REAL, false},
    [MEASURED] = {"measured", COLUMN_REAL, false},
    [BAR] = {"stderr", COLUMN_REAL, false},
    [EXACT] = {"exact", COLUMN_REAL, false},
    [NU] = {"nu", COLUMN_REAL, false},
};

#define NAMES "optimizer,lr,beta0,eta0,measured,stderr,exact,nu\n"

static const struct plot plot = {
    .label = "variance Σ of 'θ'",
    .plain = "variance of theta",
    .keys = {"optimizer", "nothing", "lr", "beta0", "eta0"},
    .paper = {"paper", "paper"},
    .exact = {"exact", "exact"},
    .measured = {"measured", "measured"},
    .error = "stderr",
};

static struct table begin(void)
{
    struct table table;
    struct error error;
    assert_int_equal(table_init(&table, columns, COLUMNS, &error), STATUS_OK);
    return table;
}

/* NAN leaves a cell empty. */
static void add(struct table *table, const char *rule, double lr, double beta0,
                double measured)
{
    struct error error;
    assert_int_equal(table_row(table, &error), STATUS_OK);
    assert_int_equal(table_text(table, RULE, rule, &error), STATUS_OK);
    table_real(table, RATE, lr);
    table_real(table, BETA, beta0);
    table_real(table, DERIVED, lr / (1 + beta0));
    table_real(table, MEASURED, measured);
    table_real(table, BAR, measured / 8);
    table_real(table, EXACT, measured + 1);
}

/* The script; the caller frees it. */
static char *script(const struct table *table, const char *caption,
                    struct plot_extent *extent)
{
    char *text = NULL;
    size_t size = 0;
    struct error error;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(plot_write(&plot, table, caption, stream, extent, &error),
                     STATUS_OK);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        check_fail(__FILE__, __LINE__, "not in the script:\n%s\n--- script\n%.1500s",
                   part, text);
}

static void expect_none(const char *text, const char *part)
{
    if (strstr(text, part))
        check_fail(__FILE__, __LINE__, "in the script: %s", part);
}

static void test_the_number_that_varies_most_is_the_axis(void **state)
{
    static const double rates[] = {0.5, 0.25, 1};
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 2; b++)
        for (int k = 0; k < 3; k++)
            add(&table, "pnm", rates[k], b, rates[k] + 4 * b);
    char *text = script(&table, "small print", &extent);
    /* In order along the axis, a curve after the other. */
    expect(text,
           "curves = 2\n$table << END\n" NAMES "pnm,0.25,0,0.25,0.25,0.03125,1.25,\n"
           "pnm,0.5,0,0.5,0.5,0.0625,1.5,\n"
           "pnm,1,0,1,1,0.125,2,\n\n\n" NAMES "pnm,0.25,1,0.125,4.25,0.53125,5.25,\n");
    expect(text, "\nEND\n");
    expect(text, "axis = 'lr'\n");
    /* eta0 follows from the two and tells nothing. */
    expect(text, "apart = 'beta0'\n");
    expect(text, "same = 'optimizer'\n");
    expect(text, "label = 'variance Σ of ''θ'''\n");
    expect(text, "plain_label = 'variance of theta'\n");
    expect(text, "caption = 'small print'\n");
    /* The table has no column of that name. */
    expect(text, "paper = ''\nexact = 'exact'\nmeasured = 'measured'\n"
                 "error = 'stderr'\n");
    assert_int_equal((int)extent.there, 2);
    assert_int_equal((int)extent.drawn, 2);
    assert_string_equal(extent.what, "curves");
    free(text);
    table_free(&table);
}

/* Its row stands twice, for both ends of the line. */
static void test_a_rule_without_the_parameter_is_level(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "sgd", 0.5, NAN, 8);
    add(&table, "pnm", 0.5, -2, 1);
    add(&table, "pnm", 0.5, 6, 2);
    char *text = script(&table, "", &extent);
    expect(text,
           NAMES "sgd,0.5,,,8,1,9,\nsgd,0.5,,,8,1,9,\n\n\n" NAMES "pnm,0.5,-2,-0.5,1,");
    expect(text, "axis = 'beta0'\napart = 'optimizer'\nsame = 'lr'\n");
    free(text);
    table_free(&table);
}

static void test_rows_that_no_number_tells_apart_stand_below_each_other(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "sgd", 0.5, NAN, 8);
    add(&table, "pnm", 0.5, 1, -2);
    char *text = script(&table, "", &extent);
    expect(text, "axis = ''\napart = 'optimizer'\nsame = 'lr beta0 eta0'\n");
    expect(text, "curves = 2\n$table << END\n" NAMES "sgd,0.5,,,8,1,9,\n\n\n" NAMES
                 "pnm,0.5,1,0.25,-2,-0.25,-1,\nEND\n");
    assert_string_equal(extent.what, "rows");
    assert_int_equal((int)extent.drawn, 2);
    free(text);
    for (int k = 0; k < PLOT_ROWS; k++)
        add(&table, "pnm", 0.5, 1, -2);
    free(script(&table, "", &extent));
    assert_int_equal((int)extent.there, PLOT_ROWS + 2);
    assert_int_equal((int)extent.drawn, PLOT_ROWS);
    table_free(&table);
}

static void test_columns_that_are_there_to_tell_rows_apart_do(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    table.swept = NU;
    for (int k = 0; k < 3; k++) {
        add(&table, "qhm", 0.5, NAN, 3);
        table_real(&table, NU, k);
    }
    char *text = script(&table, "", &extent);
    expect(text, "axis = 'nu'\napart = ''\n");
    free(text);
    table_free(&table);
}

static void test_the_header_is_in_the_table(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    struct error error;
    (void)state;
    add(&table, "pnm", 0.5, 1, 3);
    assert_int_equal(table_note(&table, "spectrum", "file:`touch a`\nEND", &error),
                     STATUS_OK);
    char *text = script(&table, "", &extent);
    expect(text, "$table << END\n# spectrum: file:`touch a` END\n" NAMES);
    free(text);
    table_free(&table);
}

/* Between single quotes of gnuplot's, backquotes and backslashes have no meaning. */
static void test_a_caption_is_words_alone(void **state)
{
    static const struct {
        const char *words, *written;
    } cases[] = {
        {"a \"b\" c\\", "a \"b\" c\\"},
        {"it's '", "it''s ''"},
        {"`run` @run", "`run` @run"},
        {"a\nb\tc\x1b[1m\x7f", "a?b?c?[1m?"},
        {"é € \xf0\x9d\x84\x9e", "é € \xf0\x9d\x84\x9e"},
        {"\xe9", "?"},
        {"\xe2\x82", "??"},
        {"\x80 \xff \xc0\x80", "? ? ??"},
        {"\xed\xa0\x80 \xf4\x90\x80\x80", "??? ????"},
        {"\xef\xbf\xbf \xef\xbf\xbe \xef\xbf\xbd", "? ? \xef\xbf\xbd"},
    };
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "pnm", 0.5, 1, 3);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = script(&table, cases[k].words, &extent);
        char expected[80];
        snprintf(expected, sizeof expected, "caption = '%s'\n", cases[k].written);
        expect(text, expected);
        free(text);
    }
    table_free(&table);
}

static void test_more_curves_than_can_be_told_apart(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 9; b++)
        for (int k = 0; k < 10; k++)
            add(&table, "pnm", k, b, 1);
    char *text = script(&table, "", &extent);
    assert_int_equal((int)extent.there, 9);
    assert_int_equal((int)extent.drawn, PLOT_CURVES);
    expect(text, "pnm,9,7,");
    expect_none(text, "pnm,0,8,");
    free(text);
    table_free(&table);
}

static void test_nothing_to_draw(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    struct error error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(plot_write(&plot, &table, "", stdout, &extent, &error),
                         STATUS_OUTPUT);
        assert_string_equal(error.quantity, "plot");
        assert_string_equal(error.text, "no row has a number to draw");
        add(&table, "pnm", 1, 1, NAN);
    }
    table_free(&table);
}

/* A curve without numbers is one of the eight that are drawn: nothing but those counts.
 */
static void test_nothing_to_draw_in_what_is_drawn(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    struct error error;
    (void)state;
    for (int b = 0; b <= PLOT_CURVES; b++)
        for (int k = 0; k < 10; k++)
            add(&table, "pnm", k, b, b < PLOT_CURVES ? (double)NAN : 1);
    assert_int_equal(plot_write(&plot, &table, "", stdout, &extent, &error),
                     STATUS_OUTPUT);
    assert_string_equal(error.quantity, "plot");
    assert_string_equal(error.text,
                        "none of the first 8 of 9 curves has a number to draw");
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_number_that_varies_most_is_the_axis),
        cmocka_unit_test(test_a_rule_without_the_parameter_is_level),
        cmocka_unit_test(test_rows_that_no_number_tells_apart_stand_below_each_other),
        cmocka_unit_test(test_columns_that_are_there_to_tell_rows_apart_do),
        cmocka_unit_test(test_the_header_is_in_the_table),
        cmocka_unit_test(test_a_caption_is_words_alone),
        cmocka_unit_test(test_more_curves_than_can_be_told_apart),
        cmocka_unit_test(test_nothing_to_draw),
        cmocka_unit_test(test_nothing_to_draw_in_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
