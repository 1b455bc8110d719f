/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of the digits lies beside this test as it lies beside a program: missing,
 * another file, and, where `make data` has fetched it, the real one. */
#include "check.h"

#include "base/data_file.h"
#include "losses/digits.h"

#include <sys/stat.h>

/* In the folder in which tests run. */
static const char fetched[] = "data/digits.csv";

/* Where this test finds the file; makes the folders. The caller frees it. */
static struct text place(void)
{
    struct text path = {0};
    struct error error;
    CHECK_OK(data_file_path(&path, "digits.csv", &error), &error);
    for (char *at = path.begin + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        (void)mkdir(path.begin, 0777);
        *at = '/';
    }
    unlink(path.begin);
    return path;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void refuses(const char *word)
{
    struct class_data *data;
    struct error error;
    CHECK_REFUSED(word, digits_read(&data, &error), &error, word);
    assert_string_equal(error.quantity, "task");
    class_data_free(data);
}

static bool found(void)
{
    struct error error;
    bool there;
    CHECK_OK(digits_find(&there, &error), &error);
    return there;
}

static void a_missing_file_says_how_to_get_it(void **state)
{
    struct text path = place();
    (void)state;
    assert_false(found());
    refuses("there is no file '");
    refuses("make data fetches the digits");
    text_free(&path);
}

static void another_file_is_refused(void **state)
{
    struct text path = place(), row = {0};
    (void)state;
    put(path.begin, "1,2,0\n2,3,1\n");
    assert_true(found());
    refuses("does not hold the digits; make data fetches them");
    for (int k = 0; k < 64; k++)
        text_add(&row, "%d,", k);
    text_add(&row, "0\n");
    put(path.begin, text_get(&row));
    refuses("does not hold the digits");
    /* Examples that could be taught, but are others: only the sum tells them apart. */
    text_clear(&row);
    for (int k = 0; k < 10 * 65; k++)
        text_add(&row, "%d%c", k % 65 == 64 ? k / 65 : k % 17,
                 k % 65 == 64 ? '\n' : ',');
    put(path.begin, text_get(&row));
    refuses("does not hold the digits");
    put(path.begin, "1,x,0\n");
    refuses("line 1, column 3");
    unlink(path.begin);
    text_free(&row);
    text_free(&path);
}

/* The numbers of images of each digit are those that the repository states. */
static void the_digits_are_those_of_the_repository(void **state)
{
    static const size_t expected[] = {178, 182, 177, 183, 181, 182, 181, 179, 174, 180};
    struct text path = place();
    struct class_data *data;
    struct error error;
    size_t count[10] = {0};
    (void)state;
    if (access(fetched, R_OK) != 0) {
        print_message("make data has not fetched the digits\n");
        text_free(&path);
        skip();
    }
    struct text from = {0};
    char folder[4096];
    assert_non_null(getcwd(folder, sizeof folder));
    text_add(&from, "%s/%s", folder, fetched);
    assert_int_equal(symlink(from.begin, path.begin), 0);
    CHECK_OK(digits_read(&data, &error), &error);
    assert_int_equal(data->features, 64);
    assert_int_equal(data->classes, 10);
    assert_int_equal(data->rows, 1797);
    assert_false(data->standardized);
    for (size_t k = 0; k < data->rows * data->features; k++) {
        const double pixel = data->x[k] * 16;
        assert_true(pixel >= 0 && pixel <= 16 && pixel == rint(pixel));
    }
    for (size_t k = 0; k < data->rows; k++)
        count[data->label[k]]++;
    for (size_t k = 0; k < 10; k++)
        assert_int_equal(count[k], expected[k]);
    class_data_free(data);
    unlink(path.begin);
    text_free(&from);
    text_free(&path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_says_how_to_get_it),
        cmocka_unit_test(another_file_is_refused),
        cmocka_unit_test(the_digits_are_those_of_the_repository),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
