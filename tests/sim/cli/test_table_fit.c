/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/table_fit.h"

enum { NAME, SAME, EMPTY, VALUE, ERROR, VERDICT, COUNT };

static const struct column columns[COUNT] = {
    [NAME] = {"name", COLUMN_TEXT, false},
    [SAME] = {"same", COLUMN_REAL, false},
    [EMPTY] = {"empty", COLUMN_REAL, false},
    [VALUE] = {"value", COLUMN_REAL, false},
    [ERROR] = {"value_stderr", COLUMN_REAL, false},
    [VERDICT] = {"exact_verdict", COLUMN_TEXT, false},
};

static void fill(struct table *table, size_t rows)
{
    struct error error;
    assert_int_equal(table_init(table, columns, COUNT, &error), STATUS_OK);
    for (size_t k = 0; k < rows; k++) {
        assert_int_equal(table_row(table, &error), STATUS_OK);
        assert_int_equal(table_text(table, NAME, k % 2 ? "one" : "two", &error),
                         STATUS_OK);
        table_real(table, SAME, 0.5);
        table_real(table, VALUE, 1.23456789 * (double)(k + 1));
        table_real(table, ERROR, 1.23456789e-5 * (double)(k + 1));
        assert_int_equal(table_text(table, VERDICT, "holds", &error), STATUS_OK);
    }
}

static size_t width_of(const struct table_layout *layout)
{
    size_t width = 0;
    for (size_t k = 0; k < COUNT; k++)
        if (layout->place[k] == TABLE_PLACE_SHOWN)
            width += (width > 0 ? 2 : 0) + layout->width[k];
    return width;
}

static void what_fits_stays(void **state)
{
    struct table table;
    struct table_layout layout;
    (void)state;
    fill(&table, 3);
    for (size_t line = 0; line <= 100; line += 100) {
        assert_true(table_fit(&table, line, &layout));
        for (size_t k = 0; k < COUNT; k++)
            assert_int_equal(layout.place[k], TABLE_PLACE_SHOWN);
        assert_int_equal(layout.digits, 6);
        assert_int_equal(layout.captions + layout.cuts, 0);
        table_layout_free(&layout);
    }
    table_free(&table);
}

static void no_width_is_exceeded(void **state)
{
    struct table table;
    struct table_layout layout;
    (void)state;
    fill(&table, 3);
    for (size_t line = 8; line < 60; line++) {
        assert_true(table_fit(&table, line, &layout));
        assert_true(width_of(&layout) <= line);
        /* A verdict is there to the last, and nothing else is cut before the error. */
        assert_int_equal(layout.place[VERDICT], TABLE_PLACE_SHOWN);
        if (layout.cuts == 1)
            assert_int_equal(layout.place[ERROR], TABLE_PLACE_CUT);
        table_layout_free(&layout);
    }
    assert_true(table_fit(&table, 45, &layout));
    assert_int_equal(layout.place[SAME], TABLE_PLACE_CAPTION);
    assert_int_equal(layout.place[EMPTY], TABLE_PLACE_NONE);
    assert_int_equal(layout.digits, 5);
    table_layout_free(&layout);
    table_free(&table);
}

static void one_row_stands_upright(void **state)
{
    struct table table;
    struct table_layout layout;
    (void)state;
    fill(&table, 1);
    assert_true(table_fit(&table, 40, &layout));
    assert_true(layout.upright);
    table_layout_free(&layout);
    assert_true(table_fit(&table, 80, &layout));
    assert_false(layout.upright);
    table_layout_free(&layout);
    table_free(&table);
    fill(&table, 0);
    assert_true(table_fit(&table, 20, &layout));
    assert_true(width_of(&layout) <= 20);
    table_layout_free(&layout);
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays),
        cmocka_unit_test(no_width_is_exceeded),
        cmocka_unit_test(one_row_stands_upright),
    };
    return cmocka_run_group_tests_name("table_fit", tests, NULL, NULL);
}
