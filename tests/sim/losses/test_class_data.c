/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "losses/class_data.h"

enum { FEATURES = 2, ROWS = 4, WIDTH = FEATURES + 1 };

static const double table[ROWS * WIDTH] = {0.5, -1, 1, 2, 3, 0, 0.25, -1, 2, 7, 1, 1};

static struct class_data *made(const double *numbers, bool standardized)
{
    struct class_data *data;
    struct error error;
    CHECK_OK(class_data_make(FEATURES, ROWS, numbers, standardized, &data, &error),
             &error);
    return data;
}

static void the_last_column_is_the_label(void **state)
{
    struct class_data *data = made(table, true);
    (void)state;
    assert_int_equal(data->classes, 3);
    assert_int_equal(data->rows, ROWS);
    for (size_t k = 0; k < ROWS; k++) {
        CHECK_SAME(data->x + k * FEATURES, table + k * WIDTH, FEATURES);
        assert_int_equal(data->label[k], (uint32_t)table[k * WIDTH + FEATURES]);
    }
    class_data_free(data);
    class_data_free(NULL);
}

/* Each number and whether features are standardized; and nothing else. */
static void the_hash_is_of_all_that_counts(void **state)
{
    struct class_data *first = made(table, true), *again = made(table, true);
    struct class_data *plain = made(table, false);
    (void)state;
    assert_true(first->hash == again->hash);
    assert_true(first->hash != plain->hash);
    for (size_t k = 0; k < ROWS * WIDTH; k++) {
        double other[ROWS * WIDTH];
        memcpy(other, table, sizeof other);
        /* The labels become 2, 0, 2, 1 or alike, so that each class still occurs. */
        other[k] = k % WIDTH < FEATURES ? other[k] + 1 : k == 11 ? 0 : 1 + (k != 8);
        if (k == 5 || k == 8)
            continue; /* a class would be lost */
        struct class_data *changed = made(other, true);
        assert_true(changed->hash != first->hash);
        class_data_free(changed);
    }
    class_data_free(first);
    class_data_free(again);
    class_data_free(plain);
}

/* Changes the number at a place and expects a message with the word. */
static void refuses(size_t place, double value, const char *word)
{
    double numbers[ROWS * WIDTH];
    struct class_data *data;
    struct error error;
    memcpy(numbers, table, sizeof numbers);
    numbers[place] = value;
    const int status = class_data_make(FEATURES, ROWS, numbers, true, &data, &error);
    CHECK_REFUSED(word, status, &error, word);
    assert_string_equal(error.quantity, "task");
    class_data_free(data);
}

static void bad_tables_are_refused(void **state)
{
    const double constant[] = {1, 5, 0, 2, 5, 1}, one[] = {1, 2, 3, 4, 5, 3};
    struct class_data *data;
    struct error error;
    (void)state;
    refuses(2, 1.5, "row 1, column 3: the label 1.5 is not allowed");
    refuses(11, -1, "row 4, column 3: the label -1 is not allowed");
    refuses(11, 1000, "allowed are whole numbers from 0 to 999");
    refuses(8, 3, "no row has the label 2, but there is a label 3");
    refuses(4, -1e101, "row 2, column 2: -1e+101 is not allowed");
    CHECK_REFUSED("constant", class_data_make(2, 2, constant, true, &data, &error),
                  &error, "column 2 is 5 in every row");
    class_data_free(data);
    CHECK_REFUSED("one class", class_data_make(2, 2, one, true, &data, &error), &error,
                  "the label is 3 in every row");
    class_data_free(data);
    CHECK_REFUSED("a label alone", class_data_make(0, 6, constant, true, &data, &error),
                  &error, "there is one column; allowed are columns of features");
    class_data_free(data);
    /* The digits have pixels that are always white. */
    CHECK_OK(class_data_make(2, 2, constant, false, &data, &error), &error);
    class_data_free(data);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_column_is_the_label),
        cmocka_unit_test(the_hash_is_of_all_that_counts),
        cmocka_unit_test(bad_tables_are_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
