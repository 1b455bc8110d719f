/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "cli/task_form.h"

static struct lesson_setting read_task(const char *text, struct class_data **data)
{
    struct lesson_setting setting = {.train = 7, .share = 0.5};
    struct error error;
    CHECK_OK(task_form_read(text, &setting, data, &error), &error);
    assert_int_equal(setting.train, 7);
    assert_ptr_equal(setting.data, *data);
    return setting;
}

static void refuses(const char *text, const char *word)
{
    struct lesson_setting setting = {.train = 1};
    struct class_data *data;
    struct error error;
    CHECK_REFUSED(text, task_form_read(text, &setting, &data, &error), &error, word);
    assert_string_equal(error.quantity, "task");
    class_data_free(data);
}

static void refuses_noise(const char *text, const char *word)
{
    struct lesson_setting setting = {.train = 1};
    struct error error;
    CHECK_REFUSED(text, task_form_noise(text, &setting, &error), &error, word);
    assert_string_equal(error.quantity, "label-noise");
}

/* csv: of a file with this content. */
static void refuses_csv(const char *content, const char *word)
{
    char path[64], text[80];
    check_file(content, strlen(content), path);
    snprintf(text, sizeof text, "csv:%s", path);
    refuses(text, word);
    refuses(text, path); /* each message names the file */
    unlink(path);
}

static void teachers_have_sizes(void **state)
{
    struct class_data *data;
    (void)state;
    struct lesson_setting setting = read_task("teacher", &data);
    assert_int_equal(setting.features, 20);
    assert_int_equal(setting.classes, 10);
    setting = read_task("teacher:7", &data);
    assert_int_equal(setting.features, 7);
    assert_int_equal(setting.classes, 10);
    setting = read_task("teacher:64:3", &data);
    assert_int_equal(setting.features, 64);
    assert_int_equal(setting.classes, 3);
    refuses("teacher:",
            "'teacher:' is not allowed; allowed is "
            "teacher:FEATURES:CLASSES with 1 to 10000 features and 2 to 1000 "
            "classes");
    refuses("teacher:0", "'teacher:0' is not allowed");
    refuses("teacher:1.5:2", "'teacher:1.5:2' is not allowed");
    refuses("teacher:20:1", "'teacher:20:1' is not allowed");
    refuses("teacher:20:", "'teacher:20:' is not allowed");
    refuses("teacher:20:10:2", "'teacher:20:10:2' is not allowed");
    refuses(
        "teacher:00000000000000000000000000000000000000000000000000000000000000001:5",
        "is not allowed");
    refuses("cifar", "'cifar' is not known; allowed are teacher, teacher:FEATURES, "
                     "teacher:FEATURES:CLASSES, digits and csv:FILE");
    refuses("", "'' is not known");
}

static void a_table_may_have_names(void **state)
{
    static const char *const tables[] = {
        "a,b,label\n1,2,0\n# said of a line\n3,5,1\n4,1,1\n", "1 2 0\n\n3 5 1\n4 1 1"};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        char path[64], text[80];
        struct class_data *data;
        check_file(tables[k], strlen(tables[k]), path);
        snprintf(text, sizeof text, "csv:%s", path);
        const struct lesson_setting setting = read_task(text, &data);
        assert_int_equal(setting.features, 2);
        assert_int_equal(setting.classes, 2);
        assert_int_equal(data->rows, 3);
        assert_true(data->standardized);
        CHECK_EXACT(data->x[3], 5);
        assert_int_equal(data->label[1], 1);
        class_data_free(data);
        unlink(path);
    }
}

static void bad_files_are_refused(void **state)
{
    (void)state;
    refuses("csv:/no/such/file", "cannot read '/no/such/file': No such file");
    refuses("csv:", "cannot read ''");
    refuses_csv("", "holds no numbers");
    refuses_csv("a,b,label\n", "holds no numbers");
    refuses_csv("1,2,0\n3,1\n", "line 2, column 4: the line ends after 2 numbers");
    refuses_csv("1,2,0\n3,x,1\n", "line 2, column 3: 'x' is not a number");
    refuses_csv("1,2,0\n3,nan,1\n", "line 2, column 3: 'nan' is not a number");
    refuses_csv("1,2,0\ninf,1,1\n", "line 2, column 1: 'inf' is not finite");
    refuses_csv("a,b,c\n1,2,0\n3,1,1.5\n",
                "rows in lines 2 to 3: row 2, column 3: the label 1.5 is not allowed");
    refuses_csv("1,2,0\n3,1,-1\n", "row 2, column 3: the label -1");
    refuses_csv("1,2,0\n3,1,1000\n", "allowed are whole numbers from 0 to 999");
    refuses_csv("1,2,0\n3,1,2\n", "no row has the label 1");
    refuses_csv("1,2,3\n3,1,3\n", "the label is 3 in every row");
    refuses_csv("1,2,0\n1,3,1\n", "column 1 is 1 in every row");
    refuses_csv("0\n1\n", "there is one column; allowed are");
    refuses_csv("1,5\n2,5\n", "a decimal point is '.'");
}

/* This test has no file of digits beside it. */
static void digits_are_fetched_by_make(void **state)
{
    (void)state;
    refuses("digits", "there is no file '");
    refuses("digits", "make data fetches the digits");
}

static void noise_has_a_kind_and_a_share(void **state)
{
    struct lesson_setting setting = {.noise = LESSON_SYMMETRIC, .share = 1};
    struct error error;
    (void)state;
    CHECK_OK(task_form_noise(NULL, &setting, &error), &error);
    assert_int_equal(setting.noise, LESSON_CLEAN);
    CHECK_OK(task_form_noise("sym:0.4", &setting, &error), &error);
    assert_int_equal(setting.noise, LESSON_SYMMETRIC);
    CHECK_EXACT(setting.share, 0.4);
    CHECK_OK(task_form_noise("asym:1", &setting, &error), &error);
    assert_int_equal(setting.noise, LESSON_ASYMMETRIC);
    CHECK_EXACT(setting.share, 1);
    CHECK_OK(task_form_noise("none", &setting, &error), &error);
    assert_int_equal(setting.noise, LESSON_CLEAN);
    CHECK_EXACT(setting.share, 0);
    refuses_noise("sym:1.5", "the share 1.5 is not allowed; allowed are numbers from 0 "
                             "to 1");
    refuses_noise("asym:-0.1", "the share -0.1 is not allowed");
    refuses_noise("sym:", "'' is not a number");
    refuses_noise("sym:nan", "'nan' is not a number");
    refuses_noise("0.4", "'0.4' is not known; allowed are none, sym:R and asym:R");
    refuses_noise("symmetric", "'symmetric' is not known");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(teachers_have_sizes),
        cmocka_unit_test(a_table_may_have_names),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(digits_are_fetched_by_make),
        cmocka_unit_test(noise_has_a_kind_and_a_share),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
