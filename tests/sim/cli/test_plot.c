/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/plot.h"
#include "cli/plot_choice.h"

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
static char *script_of(const struct plot_view *view, struct plot_extent *extent)
{
    char *text = NULL;
    size_t size = 0;
    struct error error;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(plot_write(view, stream, extent, &error), STATUS_OK);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static char *script(const struct table *table, const char *caption,
                    struct plot_extent *extent)
{
    return script_of(
        &(struct plot_view){.plot = &plot, .table = table, .caption = caption}, extent);
}

static void expect(const char *text, const char *part)
{
    if (!strstr(text, part))
        check_fail(__FILE__, __LINE__, "not in the script:\n%s\n--- script\n%.2500s",
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
    expect(text,
           "kind = 'along'\ntitle = 'Variance Σ of ''θ'' against learning rate η: "
           "pnm'\nlabel = 'variance Σ of ''θ'''\ncaption = 'small print'\n"
           "same = 'pnm'\nmissing = ''\nx_label = 'learning rate η'\n");
    /* The table has no column of that name. */
    expect(text, "P = 0\nE = 1\nM = 1\nfine = 0\n");
    /* eta0 follows from the two and tells nothing. */
    expect(text, "NAME[1] = 'β₀ = 0'\nRULE[1] = 'pnm'\nNAME[2] = 'β₀ = 1'\n");
    /* The ratios of the rates are the same. */
    expect(text, "x_log = 1\nx_count = 3\nx_tics = '(0.3, 0.4, 0.5, 0.6, 0.8, 1)'\n");
    /* In order along the axis, a curve after the other. */
    expect(text, "$lines << END\n0.25 NaN 1.25\n0.5 NaN 1.5\n1 NaN 2\n\n\n"
                 "0.25 NaN 5.25\n");
    expect(text, "$points << END\n0.25 0.25 0.03125\n0.5 0.5 0.0625\n1 1 0.125\n\n\n"
                 "0.25 4.25 0.53125\n");
    assert_int_equal((int)extent.there, 2);
    assert_int_equal((int)extent.drawn, 2);
    assert_string_equal(extent.what, "curves");
    assert_string_equal(extent.title, "Variance Σ of 'θ' against learning rate η: pnm");
    free(text);
    text = script_of(&(struct plot_view){.plot = &plot, .table = &table, .plain = true},
                     &extent);
    expect(text, "title = 'Variance of theta against lr: pnm'\n"
                 "label = 'variance of theta'\n");
    expect(text, "NAME[2] = 'beta0 = 1'\n");
    free(text);
    table_free(&table);
}

static void test_a_rule_without_the_parameter_is_level(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "sgd", 0.5, NAN, 8);
    add(&table, "pnm", 0.5, -2, 1);
    add(&table, "pnm", 0.5, 2, 2);
    add(&table, "pnm", 0.5, 6, 3);
    char *text = script(&table, "", &extent);
    /* A line from one end to the other, and a symbol in the middle. */
    expect(text, "$lines << END\n-2 NaN 9\n6 NaN 9\n\n\n-2 NaN 2\n");
    expect(text, "$points << END\n2 8 1\n\n\n-2 1 0.125\n");
    expect(text, "same = 'η = 0.5'\n");
    expect(text, "NAME[1] = 'sgd'\nRULE[1] = 'sgd'\nNAME[2] = 'pnm'\n");
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
    expect(text, "kind = 'below'\n");
    expect(text, "same = 'η = 0.5, β₀ = 1, η₀ = 0.25'\n");
    expect(text, "curves = 2\n");
    expect(text, "$rows << END\n1 NaN 9 8 1\n2 NaN -1 -2 -0.25\nEND\n");
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

/* A rule that is not named is one of its own, in the order of the rows. */
static void test_an_empty_text_is_a_value_of_its_own(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int k = 0; k < 3; k++) {
        add(&table, "pnm", 0.5 + k, 0, 1);
        add(&table, NULL, 0.5 + k, 0, 2);
        add(&table, "adam", 0.5 + k, 0, 3);
        add(&table, NULL, 3.5 + k, 0, 2);
    }
    char *text = script(&table, "", &extent);
    expect(text, "curves = 3\n");
    assert_int_equal((int)extent.there, 3);
    expect(text, "NAME[1] = 'pnm'\nRULE[1] = 'pnm'\nNAME[2] = ''\nRULE[2] = '-'\n"
                 "NAME[3] = 'adam'\nRULE[3] = 'adam'\n");
    free(text);
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
    expect(text, "x_label = 'ν'\n");
    expect(text, "curves = 1\n");
    free(text);
    table_free(&table);
}

/* Quantities tell panels apart; rows of different kinds of values are one point. */
static void test_quantities_have_panels_and_kinds_of_values_have_none(void **state)
{
    enum { QUANTITY, WHOSE, RATIO, VALUE, COUNT };
    static const struct column own[COUNT] = {
        [QUANTITY] = {"quantity", COLUMN_TEXT, false},
        [WHOSE] = {"covariance", COLUMN_TEXT, false},
        [RATIO] = {"beta0", COLUMN_REAL, false},
        [VALUE] = {"kl", COLUMN_REAL, false},
    };
    static const struct plot series = {
        .label = "KL",
        .keys = {"quantity", "beta0"},
        .paper = {"kl", "paper"},
        .exact = {"kl", "exact"},
        .measured = {"kl", "measured"},
        .series = "covariance",
    };
    static const char *const whose[] = {"paper", "exact", "measured"};
    struct table table;
    struct plot_extent extent;
    struct error error;
    (void)state;
    assert_int_equal(table_init(&table, own, COUNT, &error), STATUS_OK);
    table.swept = COUNT;
    for (int row = 0; row < 12; row++) {
        assert_int_equal(table_row(&table, &error), STATUS_OK);
        assert_int_equal(table_text(&table, QUANTITY, row < 6 ? "a" : "b", &error),
                         STATUS_OK);
        assert_int_equal(table_text(&table, WHOSE, whose[row % 3], &error), STATUS_OK);
        table_real(&table, RATIO, row / 3 % 2);
        table_real(&table, VALUE, row);
    }
    char *text =
        script_of(&(struct plot_view){.plot = &series, .table = &table}, &extent);
    expect(text, "P = 1\nE = 1\nM = 1\n");
    expect(text, "PANEL[1] = 'a'\n");
    expect(text, "PANEL[2] = 'b'\n");
    expect(text, "curves = 1\n");
    expect(text, "$lines << END\n0 0 1\n1 3 4\n\n\n0 6 7\n1 9 10\n");
    expect(text, "$points << END\n0 2 NaN\n1 5 NaN\n\n\n0 8 NaN\n1 11 NaN\n");
    free(text);
    table_free(&table);
}

/* Two lists that are too long for curves; a row is missing. */
static void test_two_axes_are_a_map(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 9; b++)
        for (int k = 0; k < 10; k++)
            if (b != 8 || k != 9)
                add(&table, "pnm", 1 << k, b, 10 * b + k);
    char *text = script(&table, "", &extent);
    expect(text, "kind = 'over'\ntitle = 'Variance Σ of ''θ'' against learning rate η "
                 "and β₀: pnm'\n");
    /* Nobody gave these as a grid: they stand side by side. */
    expect(text, "x_tics = '(\"1\" 0, \"2\" 1, \"4\" 2, ");
    expect(text, "x_count = 10\ny_tics = '(\"0\" 0, ");
    expect(text, "y_low = -0.5\ny_high = 8.5\ny_count = 9\n");
    /* Exact values, then those measured. */
    expect(text, "$map << END\n0 0 1\n1 0 2\n");
    expect(text, "\n8 8 89\n9 8 NaN\n\n\n0 0 0\n");
    expect(text, "holes = 1\n");
    free(text);
    table_free(&table);
}

static void test_lines_take_the_finer_table(void **state)
{
    struct table table = begin(), fine = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 2; b++)
        for (int k = 0; k < 3; k++)
            add(&table, "pnm", k, b, k + 10 * b);
    /* Its rows may come in any order, and with curves that the table lacks. */
    for (int b = 2; b >= 0; b--)
        for (int k = 4; k >= 0; k--)
            add(&fine, "pnm", k / 2.0, b, k + 20 * b);
    char *text = script_of(
        &(struct plot_view){.plot = &plot, .table = &table, .fine = &fine}, &extent);
    expect(text, "fine = 1\n");
    expect(text, "$lines << END\n0 NaN 1\n0.5 NaN 2\n1 NaN 3\n1.5 NaN 4\n2 NaN 5\n"
                 "\n\n0 NaN 21\n0.5 NaN 22\n1 NaN 23\n1.5 NaN 24\n2 NaN 25\n\n\nEND\n");
    expect(text, "$points << END\n0 0 0\n1 1 0.125\n");
    free(text);
    table_free(&table);
    table_free(&fine);
}

static void test_the_header_is_in_the_script(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    struct error error;
    (void)state;
    add(&table, "pnm", 0.5, 1, 3);
    assert_int_equal(table_note(&table, "spectrum", "file:`touch a`\nEND", &error),
                     STATUS_OK);
    char *text = script(&table, "", &extent);
    expect(text, "$rows << END\n# spectrum: file:`touch a` END\n1 ");
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
        {"a\\'b", "a?''b"},
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

/* The first and the last are among those that are drawn. */
static void test_more_curves_than_can_be_told_apart(void **state)
{
    static const char *const rules[] = {"pnm", "qhm", "mine"};
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 15; b++)
        for (int k = 0; k < 6; k++)
            add(&table, rules[b / 5], k, b % 5, 1);
    char *text = script(&table, "", &extent);
    assert_int_equal((int)extent.there, 15);
    assert_int_equal((int)extent.drawn, PLOT_CURVES);
    expect(text, "NAME[1] = 'pnm, β₀ = 0'\n");
    expect(text, "NAME[8] = 'mine, β₀ = 4'\n");
    expect(text, "missing = '7 of 15 curves are not shown: pnm, β₀ = 1; pnm, β₀ = 3; ");
    free(text);
    text = script_of(&(struct plot_view){.plot = &plot, .table = &table, .line = 56},
                     &extent);
    expect(text, "missing = '7 of 15 curves are not shown: pnm, β₀ = 1; ...'\n");
    free(text);
    table_free(&table);
}

static void test_nothing_to_draw(void **state)
{
    struct table table = begin();
    const struct plot_view view = {.plot = &plot, .table = &table};
    struct plot_extent extent;
    struct error error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        assert_int_equal(plot_write(&view, stdout, &extent, &error), STATUS_OUTPUT);
        assert_string_equal(error.quantity, "plot");
        assert_string_equal(error.text, "no row has a number to draw");
        add(&table, "pnm", 1, 1, NAN);
    }
    table_free(&table);
}

/* An axis is logarithmic where its values' ratios are alike, or two of them are ten
 * times apart; never with a zero. */
static void test_axes_are_logarithmic_without_a_zero(void **state)
{
    static const struct {
        double value[3];
        size_t count;
        enum plot_scale scale;
    } cases[] = {
        {{0, 1}, 2, PLOT_LINEAR},       {{0, 1, 100}, 3, PLOT_LINEAR},
        {{0.5, 5}, 2, PLOT_LOG},        {{0.5, 4.9}, 2, PLOT_LINEAR},
        {{0.1, 1, 10}, 3, PLOT_LOG},    {{1, 2, 3}, 3, PLOT_LINEAR},
        {{-1, 1, 100}, 3, PLOT_LINEAR}, {{3}, 1, PLOT_LINEAR},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double value[3];
        memcpy(value, cases[k].value, sizeof value);
        const struct plot_axis axis = {.value = value, .count = cases[k].count};
        assert_int_equal(plot_axis_scale(&axis, "lr", NULL), cases[k].scale);
    }
}

/* Curves without numbers do not take the places of others. */
static void test_curves_without_numbers_are_not_drawn(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < PLOT_CURVES; b++)
        for (int k = 0; k < 10; k++)
            add(&table, "pnm", k, b, b < PLOT_CURVES - 1 ? (double)NAN : 1);
    char *text = script(&table, "", &extent);
    expect(text, "curves = 1\narray NAME[1]\narray RULE[1]\nNAME[1] = 'β₀ = 7'\n");
    expect(text, "missing = '7 of 8 curves are not shown: β₀ = 0, ");
    expect_none(text, "NAME[2]");
    assert_int_equal((int)extent.drawn, 1);
    free(text);
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_number_that_varies_most_is_the_axis),
        cmocka_unit_test(test_a_rule_without_the_parameter_is_level),
        cmocka_unit_test(test_rows_that_no_number_tells_apart_stand_below_each_other),
        cmocka_unit_test(test_an_empty_text_is_a_value_of_its_own),
        cmocka_unit_test(test_columns_that_are_there_to_tell_rows_apart_do),
        cmocka_unit_test(test_quantities_have_panels_and_kinds_of_values_have_none),
        cmocka_unit_test(test_two_axes_are_a_map),
        cmocka_unit_test(test_lines_take_the_finer_table),
        cmocka_unit_test(test_the_header_is_in_the_script),
        cmocka_unit_test(test_a_caption_is_words_alone),
        cmocka_unit_test(test_more_curves_than_can_be_told_apart),
        cmocka_unit_test(test_nothing_to_draw),
        cmocka_unit_test(test_axes_are_logarithmic_without_a_zero),
        cmocka_unit_test(test_curves_without_numbers_are_not_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
