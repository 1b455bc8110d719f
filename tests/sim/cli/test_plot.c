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

static const struct plot plot = {
    .label = "variance Σ of \"θ\"",
    .plain = "variance of theta",
    .keys = "optimizer nothing lr beta0 eta0",
    .value = {{"paper", NULL, "paper", PLOT_PAPER},
              {"exact", NULL, "exact", PLOT_EXACT},
              {"measured", "stderr", "measured", PLOT_MEASURED}},
};

static const struct plot_style picture = {.ending = ".svg", .caption = "small print"};
static const struct plot_style letters = {
    .ending = "", .text = true, .columns = 79, .lines = 24};
static const struct plot_style plain = {
    .ending = "", .text = true, .columns = 79, .lines = 24, .plain = true};

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
static char *script(const struct table *table, const struct plot_style *style,
                    struct plot_extent *extent)
{
    char *text = NULL;
    size_t size = 0;
    struct error error;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(plot_write(&plot, table, style, stream, extent, &error),
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
    char *text = script(&table, &picture, &extent);
    /* In order along the axis, with value and error of what the table has. */
    expect(text, "$curve1 << END\n 0.25 1.25 0 0.25 0.03125\n 0.5 1.5 0 0.5 0.0625\n "
                 "1 2 0 1 0.125\nEND\n");
    expect(text, "$curve2 << END\n 0.25 5.25 0 4.25 0.53125\n");
    expect(text, "set xlabel \"learning rate η\"");
    expect(text, "set ylabel \"variance Σ of \\\"θ\\\"\"");
    /* eta0 follows from the two and tells nothing. */
    expect(text, "title \"β₀ = 0\"");
    expect(text, "title \"β₀ = 1\"");
    expect(text, "$curve1 using 1:2 with lines lt 1,");
    expect(text, "$curve2 using 1:4:5 with yerrorbars lt 2 ");
    expect(text, "title \"exact\"");
    expect_none(text, "title \"paper\"");
    expect(text, "\"small print\\npnm\"");
    assert_int_equal((int)extent.there, 2);
    assert_int_equal((int)extent.drawn, 2);
    assert_string_equal(extent.what, "curves");
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
    add(&table, "pnm", 0.5, 6, 2);
    char *text = script(&table, &picture, &extent);
    expect(text, "$curve1 << END\n -2 9 0 8 1\n 6 9 0 8 1\nEND\n");
    expect(text, "RULES = \"sgd pnm\"\n");
    expect(text, "set xlabel \"β₀\"");
    expect(text, "\"small print\\nη = 0.5\"");
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
    char *text = script(&table, &picture, &extent);
    expect(text, "$curve1 << END\n1 9 0 8 1\n2 -1 0 -2 -0.25\nEND\n");
    expect(text, "set ytics (\"sgd\" -1, \"pnm\" -2)");
    expect(text, "using 4:(-$1):5 with xerrorbars");
    assert_string_equal(extent.what, "rows");
    assert_int_equal((int)extent.drawn, 2);
    free(text);
    text = script(&table, &letters, &extent);
    expect(text, "set title \"variance Σ of \\\"θ\\\"\\n(E: exact, M: measured)\"");
    expect(text, "using 4:(-$1) with points pt \"M\"");
    expect(text, "set terminal dumb noenhanced mono size 79,24\n");
    free(text);
    for (int k = 0; k < 20; k++) /* rows that need more lines than there are */
        add(&table, "pnm", 0.5, 1, -2);
    text = script(&table, &letters, &extent);
    expect(text, "set terminal dumb noenhanced mono size 79,29\n");
    free(text);
    table_free(&table);
}

static void test_bands_are_named_at_their_ends(void **state)
{
    static const struct plot bands = {
        .label = "x",
        .keys = "optimizer lr",
        .value = {{"measured", NULL, "paper", PLOT_PAPER}},
    };
    static const char *const rules[] = {"sgd", "pnm", "qhm"};
    struct table table = begin();
    struct plot_extent extent;
    struct error error;
    char *text = NULL;
    size_t size = 0;
    (void)state;
    for (int k = 0; k < 6; k++)
        add(&table, rules[k / 2], k % 2, 0, k / 2 == 1 ? 7 : 3 + k % 2);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_int_equal(plot_write(&bands, &table, &picture, stream, &extent, &error),
                     STATUS_OK);
    assert_int_equal(fclose(stream), 0);
    expect(text, "using (1):(4):(\"sgd, qhm\") with labels");
    expect(text, "using (1):(7):(\"pnm\") with labels");
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
    char *text = script(&table, &picture, &extent);
    expect(text, "set xlabel \"ν\"");
    expect(text, "$curve1 << END\n 0 4 0 3 0.375\n 1 4 0 ");
    free(text);
    table_free(&table);
}

static void test_powers_where_numbers_are_far_apart(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "pnm", 0.01, 1, 3);
    add(&table, "pnm", 1, 1, 4);
    char *text = script(&table, &picture, &extent);
    expect(text, "set logscale x");
    expect(text, "set xtics (1e0, 1e-2, 2e-2, 5e-2, 1e-1, 2e-1, 5e-1)");
    expect_none(text, "set logscale y");
    free(text);
    add(&table, "pnm", -1, 1, 40);
    text = script(&table, &picture, &extent);
    expect_none(text, "set logscale x");
    expect(text, "set xrange [-1.06 : 1.06]");
    expect(text, "set logscale y");
    free(text);
    table_free(&table);
}

static void test_letters_can_be_plain(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int k = 0; k < 4; k++)
        add(&table, "pnm", k % 2, k / 2, 1 + k);
    char *text = script(&table, &plain, &extent);
    expect(text, "set title \"variance of theta\\n(lines: exact, letters: measured)\"");
    expect(text, "set xlabel \"lr\"");
    expect(text, "title \"beta0 = 1\"");
    for (const char *c = text; *c; c++)
        assert_true((unsigned char)*c < 0x80);
    free(text);
    table_free(&table);
}

static void test_a_caption_is_words_alone(void **state)
{
    static const struct {
        const char *words, *written;
    } cases[] = {
        {"a \"b\" c\\", "a \\\"b\\\" c\\\\"},
        {"`run`", "\\`run\\`"},
        {"a\nb\tc\x1b[1m\x7f", "a?b?c?[1m?"},
        {"é € \xf0\x9d\x84\x9e", "é € \xf0\x9d\x84\x9e"},
        {"\xe9", "?"},
        {"\xe2\x82", "??"},
        {"\x80 \xff \xc0\x80", "? ? ??"},
        {"\xed\xa0\x80 \xf4\x90\x80\x80 \xef\xbf\xbf", "??? ???? ???"},
    };
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "pnm", 0.5, 1, 3);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct plot_style style = {.ending = ".svg", .caption = cases[k].words};
        char *text = script(&table, &style, &extent);
        char expected[80];
        snprintf(expected, sizeof expected, "set label \"%s\\npnm", cases[k].written);
        expect(text, expected);
        free(text);
    }
    table_free(&table);
}

/* Gnuplot refuses a range whose ends are the same number, or no numbers. */
static void test_ranges_that_gnuplot_can_draw(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    add(&table, "pnm", 0.5, 0, 4);
    add(&table, "pnm", 0.5 + 1e-15, 0, 4 + 4e-15);
    char *text = script(&table, &letters, &extent);
    expect(text, "set xrange [0.45 : 0.55");
    free(text);
    add(&table, "pnm", 1e300, 0, 1e307);
    add(&table, "pnm", 1e-307, 0, 1);
    text = script(&table, &letters, &extent);
    expect(text, "set xrange [1e-307 : 1e+307]");
    expect(text, "set logscale y");
    free(text);
    add(&table, "pnm", 2, 0, -1e308);
    add(&table, "pnm", 3, 0, -INFINITY);
    text = script(&table, &letters, &extent);
    expect(text, "\n 2 NaN 0 NaN 0\n 3 NaN 0 NaN 0\n");
    expect_none(text, "inf");
    free(text);
    table_free(&table);
}

static void test_more_curves_than_can_be_told_apart(void **state)
{
    struct table table = begin();
    struct plot_extent extent;
    (void)state;
    for (int b = 0; b < 8; b++)
        for (int k = 0; k < 10; k++)
            add(&table, "pnm", k, b, 1);
    for (int k = 0; k < 10; k++)
        add(&table, "pnm", k, 8, 1e6);
    char *text = script(&table, &picture, &extent);
    /* What is not drawn takes no room. */
    expect_none(text, "set logscale y");
    assert_int_equal((int)extent.there, 9);
    assert_int_equal((int)extent.drawn, PLOT_CURVES);
    expect(text, "$curve8 <<");
    expect_none(text, "$curve9");
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
        assert_int_equal(plot_write(&plot, &table, &picture, stdout, &extent, &error),
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
    assert_int_equal(plot_write(&plot, &table, &picture, stdout, &extent, &error),
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
        cmocka_unit_test(test_bands_are_named_at_their_ends),
        cmocka_unit_test(test_columns_that_are_there_to_tell_rows_apart_do),
        cmocka_unit_test(test_powers_where_numbers_are_far_apart),
        cmocka_unit_test(test_letters_can_be_plain),
        cmocka_unit_test(test_a_caption_is_words_alone),
        cmocka_unit_test(test_ranges_that_gnuplot_can_draw),
        cmocka_unit_test(test_more_curves_than_can_be_told_apart),
        cmocka_unit_test(test_nothing_to_draw),
        cmocka_unit_test(test_nothing_to_draw_in_what_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
