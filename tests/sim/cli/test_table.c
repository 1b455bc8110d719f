/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include "base/interrupt.h"
#include "cli/table.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A folder of its own for every test. */
struct place {
    char folder[64];
    char path[128]; /* folder/out */
};

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return -1;
    strcpy(place->folder, "/tmp/pnm-test-table-XXXXXX");
    *state = place;
    if (!mkdtemp(place->folder))
        return -1;
    snprintf(place->path, sizeof place->path, "%s/out", place->folder);
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    DIR *list = opendir(place->folder);
    for (struct dirent *entry = list ? readdir(list) : NULL; entry;
         entry = readdir(list))
        unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
    const int status = rmdir(place->folder);
    free(place);
    return status;
}

static void ok(int status, const struct error *error)
{
    if (status != STATUS_OK)
        fail_msg("status %d: %s", status, error->text);
}

static void write_ok(const struct table *table, const char *path,
                     enum table_format format)
{
    struct error error = {.agreed = false};
    ok(table_write(table, path, format, 0, &error), &error);
}

static json_t *json_file(const char *path)
{
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        fail_msg("%s, line %d: %s", path, why.line, why.text);
    return root;
}

static json_t *json_cell(json_t *root, size_t row, const char *name)
{
    return json_object_get(json_array_get(json_object_get(root, "rows"), row), name);
}

/* One column of counts 1, 2: the table of the tests that look at files only. */
static void small_table(struct table *table)
{
    static const struct column columns[] = {{"n", COLUMN_COUNT, false}};
    struct error error = {.agreed = false};
    ok(table_init(table, columns, 1, &error), &error);
    for (uint64_t i = 1; i <= 2; i++) {
        ok(table_row(table, &error), &error);
        table_count(table, 0, i);
    }
}

static const char small_csv[] = "n\n1\n2\n";

/* A name, a real, a count, a detail; the second row is empty. */
static void mixed_table(struct table *table)
{
    static const struct column columns[] = {{"name", COLUMN_TEXT, false},
                                            {"value", COLUMN_REAL, false},
                                            {"hidden", COLUMN_REAL, true},
                                            {"n", COLUMN_COUNT, false},
                                            {"note", COLUMN_TEXT, false}};
    struct error error = {.agreed = false};
    ok(table_init(table, columns, 5, &error), &error);
    ok(table_row(table, &error), &error);
    ok(table_text(table, 0, "pnm", &error), &error);
    table_real(table, 1, 1.0 / 3);
    table_real(table, 2, 0.1);
    table_count(table, 3, 12345);
    ok(table_text(table, 4, "β, \"one\"\nand #2", &error), &error);
    ok(table_row(table, &error), &error);
    ok(table_row(table, &error), &error);
    ok(table_text(table, 0, "größer", &error), &error);
    table_real(table, 1, -1e-10);
    table_count(table, 3, 7);
    ok(table_text(table, 4, "", &error), &error);
}

static const double awkward[] = {
    5e-324,     DBL_MAX, -DBL_MAX, DBL_MIN, 0.1, 1.0 / 3, -0.0,     0.0,     1.0,
    0x1p53 + 2, 1e300,   1e22,     1e23,    0.3, 1.1,     2.5e-310, 100000.0};
enum { AWKWARD = sizeof awkward / sizeof *awkward, REALS = AWKWARD + 20000 };

/* splitmix64 of i as the bits of a double; every exponent turns up. */
static double random_bits(uint64_t i)
{
    double value;
    uint64_t z = (i + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    memcpy(&value, &z, sizeof value);
    return value;
}

static void real_table(struct table *table)
{
    static const struct column columns[] = {{"x", COLUMN_REAL, false},
                                            {"i", COLUMN_COUNT, false}};
    struct error error = {.agreed = false};
    ok(table_init(table, columns, 2, &error), &error);
    for (uint64_t i = 0; i < REALS; i++) {
        ok(table_row(table, &error), &error);
        table_real(table, 0, i < AWKWARD ? awkward[i] : random_bits(i));
        table_count(table, 1, i);
    }
}

/* Columns with the trait go, with their cells; the others keep theirs, also the empty
 * ones and those behind table->swept. */
static void test_leaves_out_columns(void **state)
{
    static const struct column columns[] = {{"name", COLUMN_TEXT, 0},
                                            {"count", COLUMN_COUNT, COLUMN_SAMPLED},
                                            {"exact", COLUMN_REAL, COLUMN_DETAIL},
                                            {"nu", COLUMN_REAL, 0}};
    struct table table;
    struct error error = {.agreed = false};
    (void)state;
    ok(table_init(&table, columns, 4, &error), &error);
    table.swept = 3;
    for (int row = 0; row < 3; row++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, row == 1 ? NULL : "pnm", &error), &error);
        table_count(&table, 1, 77);
        table_real(&table, 2, row == 2 ? NAN : 0.5 + row);
        table_real(&table, 3, 10.0 + row);
    }
    table_leave_out(&table, COLUMN_SAMPLED);
    assert_int_equal(table_column(&table, "count"), -1);
    assert_int_equal(table_column(&table, "nu"), 2);
    assert_int_equal(table.swept, 2);
    assert_int_equal(table_rows(&table), 3);
    for (size_t row = 0; row < 3; row++) {
        assert_true(table_get_number(&table, row, 2) == 10.0 + (double)row);
        assert_int_equal(!table_get_text(&table, row, 0), row == 1);
    }
    assert_true(table_get_number(&table, 1, 1) == 1.5);
    assert_true(isnan(table_get_number(&table, 2, 1)));
    /* Rows can be added as before. */
    ok(table_row(&table, &error), &error);
    table_real(&table, 2, 99);
    assert_true(table_get_number(&table, 3, 2) == 99);
    assert_true(isnan(table_get_number(&table, 3, 1)));
    table_free(&table);
}

static void test_reals_round_trip_csv(void **state)
{
    const struct place *place = *state;
    struct table table;
    char line[100];
    real_table(&table);
    write_ok(&table, place->path, TABLE_CSV);
    FILE *file = fopen(place->path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "x,i\n");
    for (size_t i = 0; i < REALS; i++) {
        char *end;
        assert_non_null(fgets(line, sizeof line, file));
        const double value = strtod(line, &end);
        assert_int_equal(*end, ',');
        assert_int_equal(strtoull(end + 1, NULL, 10), i);
        if (end == line)
            CHECK_NAN(table_get_number(&table, i, 0));
        else
            CHECK_EXACT(value, table_get_number(&table, i, 0));
    }
    assert_null(fgets(line, sizeof line, file));
    fclose(file);
    table_free(&table);
}

static void test_reals_round_trip_json(void **state)
{
    const struct place *place = *state;
    struct table table;
    real_table(&table);
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    json_t *rows = json_object_get(root, "rows");
    assert_int_equal(json_array_size(rows), REALS);
    for (size_t i = 0; i < REALS; i++) {
        json_t *x = json_object_get(json_array_get(rows, i), "x");
        if (json_is_null(x))
            CHECK_NAN(table_get_number(&table, i, 0));
        else
            CHECK_EXACT(json_real_value(x), table_get_number(&table, i, 0));
    }
    json_decref(root);
    table_free(&table);
}

static void test_fewest_digits(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"x", COLUMN_REAL, false}};
    static const double values[] = {0.1, 1.0 / 3, -0.0, 0.1 + 0.2, 5e-324, 1e22};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 1, &error), &error);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ok(table_row(&table, &error), &error);
        table_real(&table, 0, values[i]);
    }
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "x\n0.1\n0.3333333333333333\n-0\n0.30000000000000004\n"
                            "4.94065645841247e-324\n1e+22\n");
    write_ok(&table, place->path, TABLE_JSON);
    files_hold(place->path,
               "{\"provenance\": {},\n\"columns\": [\"x\"],\n\"rows\": [\n"
               "{\"x\": 0.1},\n{\"x\": 0.3333333333333333},\n{\"x\": -0.0},\n"
               "{\"x\": 0.30000000000000004},\n{\"x\": 4.94065645841247e-324},\n"
               "{\"x\": 1e22}]}\n");
    table_free(&table);
}

static void test_counts(void **state)
{
    const struct place *place = *state;
    static const uint64_t values[] = {0, ((uint64_t)1 << 53) + 1, INT64_MAX,
                                      (uint64_t)1 << 63, UINT64_MAX};
    static const struct column columns[] = {{"n", COLUMN_COUNT, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 1, &error), &error);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ok(table_row(&table, &error), &error);
        table_count(&table, 0, values[i]);
    }
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "n\n0\n9007199254740993\n9223372036854775807\n"
                            "9223372036854775808\n18446744073709551615\n");
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    for (size_t i = 0; i < 3; i++) {
        assert_true(json_is_integer(json_cell(root, i, "n")));
        assert_true(json_integer_value(json_cell(root, i, "n")) ==
                    (json_int_t)values[i]);
    }
    CHECK_EXACT(json_real_value(json_cell(root, 3, "n")), 0x1p63);
    CHECK_EXACT(json_real_value(json_cell(root, 4, "n")), 0x1p64);
    json_decref(root);
    table_free(&table);
}

/* JSON has the lines below the rows, a string each; CSV has none. */
static void test_closing(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"n", COLUMN_COUNT, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 1, &error), &error);
    ok(table_row(&table, &error), &error);
    table_count(&table, 0, 7);
    text_add(&table.closing, "found:\n1. \"a\\b\", \xCE\xB2.\n");
    write_ok(&table, place->path, TABLE_JSON);
    files_hold(place->path, "{\"provenance\": {},\n\"columns\": [\"n\"],\n\"rows\": [\n"
                            "{\"n\": 7}],\n\"closing\": [\n\"found:\",\n"
                            "\"1. \\\"a\\\\b\\\", \xCE\xB2.\"]}\n");
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "n\n7\n");
    table_free(&table);
}

static void test_csv_quotes(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"a,b", COLUMN_TEXT, false},
                                            {"c", COLUMN_TEXT, false}};
    static const char *const cells[][2] = {{"plain", "with blank"},
                                           {"a,b", "say \"so\""},
                                           {"\"", "two\nlines"},
                                           {"cr\rcr", "#5"},
                                           {"5#", ""},
                                           {NULL, "last"}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 2, &error), &error);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, cells[i][0], &error), &error);
        ok(table_text(&table, 1, cells[i][1], &error), &error);
    }
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "\"a,b\",c\n"
                            "plain,with blank\n"
                            "\"a,b\",\"say \"\"so\"\"\"\n"
                            "\"\"\"\",\"two\nlines\"\n"
                            "\"cr\rcr\",\"#5\"\n"
                            "5#,\n"
                            ",last\n");
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (cells[i][0])
            assert_string_equal(json_string_value(json_cell(root, i, "a,b")),
                                cells[i][0]);
        assert_string_equal(json_string_value(json_cell(root, i, "c")), cells[i][1]);
    }
    assert_true(json_is_null(json_cell(root, 5, "a,b")));
    json_decref(root);
    table_free(&table);
}

static void test_empty_cells(void **state)
{
    const struct place *place = *state;
    struct table table;
    struct error error = {.agreed = false};
    mixed_table(&table);
    assert_int_equal(table_rows(&table), 3);
    CHECK_NAN(table_get_number(&table, 1, 1));
    /* Emptied again after it was set. */
    table_real(&table, 1, INFINITY);
    CHECK_NAN(table_get_number(&table, 2, 1));
    table_real(&table, 2, 2);
    table_real(&table, 2, NAN);
    ok(table_text(&table, 0, NULL, &error), &error);
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path,
               "name,value,hidden,n,note\n"
               "pnm,0.3333333333333333,0.1,12345,\"β, \"\"one\"\"\nand #2\"\n"
               ",,,,\n"
               ",,,7,\n");
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    static const char *const names[] = {"name", "value", "hidden", "n", "note"};
    for (size_t i = 0; i < 5; i++) {
        json_t *name = json_array_get(json_object_get(root, "columns"), i);
        assert_string_equal(json_string_value(name), names[i]);
        assert_true(json_is_null(json_cell(root, 1, names[i])));
    }
    assert_string_equal(json_string_value(json_cell(root, 2, "note")), "");
    json_decref(root);
    table_free(&table);
}

/* A column of reasons comes as soon as a row lacks a number that it should have. */
static void test_reasons(void **state)
{
    static const struct column columns[] = {{"mean", COLUMN_REAL, false},
                                            {"stderr", COLUMN_REAL, false},
                                            {"count", COLUMN_COUNT, false}};
    static const double mean[] = {0.5, INFINITY, 2, NAN, 1, NAN},
                        se[] = {0.5, NAN, NAN, NAN, 0.5, NAN};
    static const uint64_t count[] = {2, 2, 1, 0, 2, 2};
    const struct place *place = *state;
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 3, &error), &error);
    for (size_t row = 0; row < 6; row++) {
        ok(table_row(&table, &error), &error);
        table_known(&table, 0, mean[row]);
        table_known(&table, 1, se[row]);
        table_count(&table, 2, count[row]);
        if (row == 0) {
            ok(table_reasons(&table, &error), &error);
            assert_int_equal(table_column(&table, TABLE_REASON), -1);
        }
        if (row == 3) /* as table_row makes it after that */
            ok(table_reasons(&table, &error), &error);
    }
    ok(table_reason(&table, "chosen", &error), &error);
    ok(table_reason(&table, "another", &error), &error);
    ok(table_reasons(&table, &error), &error);
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path,
               "mean,stderr,count,reason\n"
               "0.5,0.5,2,\n"
               ",,2,\"beyond the range of numbers or undefined: mean, stderr\"\n"
               "2,,1,one chain has no standard error\n"
               ",,0,not sampled\n"
               "1,0.5,2,\n"
               ",,2,chosen\n");
    CHECK_NAN(table_get_number(&table, 1, 0));
    table_free(&table);
}

/* Else its row is a blank line, which readers skip. */
static void test_empty_only_cell(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"x", COLUMN_REAL, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 1, &error), &error);
    ok(table_row(&table, &error), &error);
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "x\n\"\"\n");
    table_free(&table);
}

static void test_notes(void **state)
{
    const struct place *place = *state;
    struct table table;
    struct error error = {.agreed = false};
    small_table(&table);
    ok(table_note(&table, "version", "0", &error), &error);
    ok(table_note(&table, "spectrum", "0.1,\"1\"\r\n10", &error), &error);
    ok(table_note(&table, "file",
                  "gr\xF6\xDF"
                  "er",
                  &error),
       &error);
    ok(table_note(&table, "version", "0.1.0", &error), &error);
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "# version: 0.1.0\n# spectrum: 0.1,\"1\"  10\n"
                            "# file: gr\xF6\xDF"
                            "er\nn\n1\n2\n");
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    json_t *notes = json_object_get(root, "provenance");
    assert_int_equal(json_object_size(notes), 3);
    assert_string_equal(json_string_value(json_object_get(notes, "version")), "0.1.0");
    assert_string_equal(json_string_value(json_object_get(notes, "spectrum")),
                        "0.1,\"1\"\r\n10");
    assert_string_equal(json_string_value(json_object_get(notes, "file")), "gr??er");
    json_decref(root);
    write_ok(&table, place->path, TABLE_TEXT);
    files_hold(place->path, small_csv);
    table_free(&table);
}

static void test_text_alignment(void **state)
{
    const struct place *place = *state;
    struct table table;
    mixed_table(&table);
    write_ok(&table, place->path, TABLE_TEXT);
    files_hold(place->path, "name       value      n  note\n"
                            "pnm     0.333333  12345  β, \"one\" and #2\n"
                            "\n"
                            "größer    -1e-10      7\n");
    table_free(&table);
}

static void write_narrow(const struct table *table, const char *path, size_t line)
{
    struct error error = {.agreed = false};
    ok(table_write(table, path, TABLE_TEXT, line, &error), &error);
}

/* One row that is wider than the line stands upright, and texts go on below. */
static void test_upright_text(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"rule", COLUMN_TEXT, false},
                                            {"seed", COLUMN_COUNT, true},
                                            {"note", COLUMN_TEXT, false},
                                            {"none", COLUMN_TEXT, false},
                                            {"a_verdict", COLUMN_TEXT, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 5, &error), &error);
    ok(table_row(&table, &error), &error);
    ok(table_text(&table, 0, "pnm", &error), &error);
    table_count(&table, 1, 7);
    ok(table_text(&table, 2, "one two three four five", &error), &error);
    ok(table_text(&table, 4, "holds", &error), &error);
    write_narrow(&table, place->path, 24);
    files_hold(place->path, "rule       pnm\n"
                            "note       one two three\n"
                            "           four five\n"
                            "a_verdict  holds\n");
    ok(table_write(&table, place->path, TABLE_COLOR, 24, &error), &error);
    files_hold(place->path, "rule       pnm\n"
                            "note       one two three\n"
                            "           four five\n"
                            "a_verdict  \033[94mholds\033[0m\n");
    /* No room is left for what the columns hold. */
    write_narrow(&table, place->path, 11);
    files_hold(place->path, "rule       \nnote       \na_verdict  \n");
    table_free(&table);
}

/* Rows of which nothing varies are not moved to the caption. */
static void test_equal_rows(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"rule", COLUMN_TEXT, false},
                                            {"note", COLUMN_TEXT, true},
                                            {"a_long_name", COLUMN_REAL, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 3, &error), &error);
    for (int row = 0; row < 2; row++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, "pnm", &error), &error);
        table_real(&table, 2, 0.5);
    }
    write_narrow(&table, place->path, 12);
    files_hold(place->path, "rule      a_\n"
                            "       long_\n"
                            "        name\n"
                            "pnm      0.5\n"
                            "pnm      0.5\n");
    table_free(&table);
}

/* Lines below the rows: indented ones go on indented, unless the blanks are too many.
 */
static void test_broken_closing(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"x", COLUMN_TEXT, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 1, &error), &error);
    text_add(&table.closing, "  one two three\n\n      four\n   \nend");
    write_narrow(&table, place->path, 10);
    files_hold(place->path, "x\n\n  one two\n  three\n\n      four\n   \nend\n");
    table_free(&table);
}

static void test_markdown(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"a|b", COLUMN_TEXT, false},
                                            {"x", COLUMN_REAL, false},
                                            {"hidden", COLUMN_COUNT, true}};
    static const char *const texts[] = {"E|grad f|^2", "one\r\ntwo", "a*b `c` <d>",
                                        NULL};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 3, &error), &error);
    ok(table_note(&table, "version", "0", &error), &error);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, texts[k], &error), &error);
        table_real(&table, 1, 1.0 / 3);
        table_count(&table, 2, k);
    }
    table_real(&table, 1, NAN);
    write_ok(&table, place->path, TABLE_MARKDOWN);
    files_hold(place->path, "| a\\|b | x |\n"
                            "| --- | ---: |\n"
                            "| E\\|grad f\\|^2 | 0.333333 |\n"
                            "| one  two | 0.333333 |\n"
                            "| a\\*b \\`c\\` \\<d> | 0.333333 |\n"
                            "|  |  |\n");
    table_free(&table);
}

/* Without the escape sequences it is the table without colours, and in no other column
 * or format are there any. */
static void test_colors(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"id", COLUMN_TEXT, false},
                                            {"verdict", COLUMN_TEXT, false},
                                            {"exact_verdict", COLUMN_TEXT, false}};
    static const char *const words[] = {"holds", "fails", "no claim"};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 3, &error), &error);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, words[k], &error), &error);
        ok(table_text(&table, 1, words[k], &error), &error);
        ok(table_text(&table, 2, words[0], &error), &error);
    }
#define BLUE "\033[94m"
#define YELLOW "\033[1;33m"
#define END "\033[0m"
    write_ok(&table, place->path, TABLE_COLOR);
    files_hold(place->path,
               "id        verdict   exact_verdict\n"
               "holds     " BLUE "holds" END "     " BLUE "holds" END "\n"
               "fails     " YELLOW "fails" END "     " BLUE "holds" END "\n"
               "no claim  no claim  " BLUE "holds" END "\n");
    write_ok(&table, place->path, TABLE_TEXT);
    files_hold(place->path, "id        verdict   exact_verdict\n"
                            "holds     holds     holds\n"
                            "fails     fails     holds\n"
                            "no claim  no claim  holds\n");
    table_free(&table);
}

static void test_no_rows(void **state)
{
    const struct place *place = *state;
    static const struct column columns[] = {{"a", COLUMN_TEXT, false},
                                            {"b", COLUMN_REAL, false}};
    struct table table;
    struct error error = {.agreed = false};
    ok(table_init(&table, columns, 2, &error), &error);
    write_ok(&table, place->path, TABLE_TEXT);
    files_hold(place->path, "a  b\n");
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, "a,b\n");
    write_ok(&table, place->path, TABLE_JSON);
    json_t *root = json_file(place->path);
    assert_int_equal(json_array_size(json_object_get(root, "rows")), 0);
    json_decref(root);
    table_free(&table);
}

/* Many texts, repeated and not, while the storage grows. */
static void test_growth(void **state)
{
    const struct place *place = *state;
    enum { ROWS = 5000 };
    static const struct column columns[] = {{"same", COLUMN_TEXT, false},
                                            {"other", COLUMN_TEXT, false}};
    struct table table;
    struct error error = {.agreed = false};
    char text[40];
    ok(table_init(&table, columns, 2, &error), &error);
    for (unsigned i = 0; i < ROWS; i++) {
        ok(table_row(&table, &error), &error);
        ok(table_text(&table, 0, i < ROWS / 2 ? "holds" : "fails", &error), &error);
        snprintf(text, sizeof text, "row %u", i);
        ok(table_text(&table, 1, text, &error), &error);
    }
    assert_true(table.text_size < ROWS * sizeof "row 1234" + 2 * sizeof "holds");
    write_ok(&table, place->path, TABLE_CSV);
    FILE *file = fopen(place->path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    for (unsigned i = 0; i < ROWS; i++) {
        char expected[40];
        snprintf(expected, sizeof expected, "%s,row %u\n",
                 i < ROWS / 2 ? "holds" : "fails", i);
        assert_non_null(fgets(text, sizeof text, file));
        assert_string_equal(text, expected);
    }
    fclose(file);
    table_free(&table);
}

static void test_free_twice(void **state)
{
    (void)state;
    struct table table = {0};
    table_free(&table);
    small_table(&table);
    table_free(&table);
    table_free(&table);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

static void test_file_mode(void **state)
{
    const struct place *place = *state;
    struct table table;
    small_table(&table);
    const mode_t mask = umask(027);
    write_ok(&table, place->path, TABLE_CSV);
    umask(mask);
    assert_int_equal(mode_of(place->path) & 07777, 0640);
    assert_int_equal(chmod(place->path, 0604), 0);
    write_ok(&table, place->path, TABLE_CSV);
    assert_int_equal(mode_of(place->path) & 07777, 0604);
    table_free(&table);
}

static void test_overwrites_whole(void **state)
{
    const struct place *place = *state;
    struct stat before, after;
    struct table table;
    small_table(&table);
    files_put(place->path, "a much longer file that was there before\n");
    FILE *reader = fopen(place->path, "r");
    assert_non_null(reader);
    assert_int_equal(stat(place->path, &before), 0);
    write_ok(&table, place->path, TABLE_CSV);
    files_hold(place->path, small_csv);
    assert_int_equal(stat(place->path, &after), 0);
    assert_true(before.st_ino != after.st_ino);
    /* Who has the old file open goes on reading the old file. */
    assert_int_equal(fgetc(reader), 'a');
    fclose(reader);
    assert_int_equal(files_named(place->folder, ""), 1);
    table_free(&table);
}

static void assert_refused(const struct table *table, const char *path, int why)
{
    struct error error = {.agreed = false};
    char expected[sizeof error.text];
    assert_int_equal(table_write(table, path, TABLE_CSV, 0, &error), STATUS_OUTPUT);
    snprintf(expected, sizeof expected, "cannot write '%s': %s", path, strerror(why));
    assert_string_equal(error.quantity, "output");
    assert_string_equal(error.text, expected);
}

static void test_missing_folder(void **state)
{
    const struct place *place = *state;
    char path[200], link[200];
    struct table table;
    small_table(&table);
    snprintf(path, sizeof path, "%s/missing/out.csv", place->folder);
    assert_refused(&table, path, ENOENT);
    snprintf(link, sizeof link, "%s/link", place->folder);
    assert_int_equal(symlink("missing/out.csv", link), 0);
    assert_refused(&table, link, ENOENT);
    assert_true(S_ISLNK(mode_of(link)));
    files_put(place->path, "a file\n");
    snprintf(path, sizeof path, "%s/out/below", place->folder);
    assert_refused(&table, path, ENOTDIR);
    assert_refused(&table, place->folder, EISDIR);
    assert_refused(&table, "", ENOENT);
    files_hold(place->path, "a file\n");
    assert_int_equal(files_named(place->folder, ""), 2);
    table_free(&table);
}

/* The status of a table_write in a child process whose standard output goes to the end
 * of the file `output`, and its message. */
static int in_child(struct table *table, const char *path, const char *output,
                    struct error *error)
{
    int ends[2], state;
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const int to = open(output, O_WRONLY | O_APPEND);
        struct error why = {.agreed = false};
        if (to < 0 || dup2(to, STDOUT_FILENO) < 0)
            _exit(1);
        const int status = table_write(table, path, TABLE_CSV, 0, &why);
        const ssize_t written = write(ends[1], &why, sizeof why);
        table_free(table);
        _exit(written == (ssize_t)sizeof why ? -status : 1);
    }
    assert_int_equal(read(ends[0], error, sizeof *error), sizeof *error);
    assert_int_equal(waitpid(child, &state, 0), child);
    close(ends[0]);
    close(ends[1]);
    assert_true(WIFEXITED(state));
    return -WEXITSTATUS(state);
}

/* The folder would allow a rename. */
static void test_write_protected(void **state)
{
    const struct place *place = *state;
    struct table table;
    if (geteuid() == 0)
        skip(); /* nothing is protected from root */
    small_table(&table);
    files_put(place->path, "keep\n");
    assert_int_equal(chmod(place->path, 0444), 0);
    assert_refused(&table, place->path, EACCES);
    files_hold(place->path, "keep\n");
    assert_int_equal(chmod(place->path, 0644), 0);
    assert_int_equal(chmod(place->folder, 0555), 0);
    assert_refused(&table, place->path, EACCES);
    assert_int_equal(chmod(place->folder, 0755), 0);
    files_hold(place->path, "keep\n");
    table_free(&table);
}

static void test_standard_output(void **state)
{
    const struct place *place = *state;
    struct table table;
    struct error error = {.agreed = false};
    small_table(&table);
    assert_int_equal(in_child(&table, NULL, "/dev/full", &error), STATUS_OUTPUT);
    char expected[100];
    snprintf(expected, sizeof expected, "cannot write to standard output: %s",
             strerror(ENOSPC));
    assert_string_equal(error.text, expected);
    files_put(place->path, "before\n");
    assert_int_equal(in_child(&table, NULL, place->path, &error), STATUS_OK);
    files_hold(place->path, "before\nn\n1\n2\n");
    table_free(&table);
}

/* What `program --output /dev/stdout >> file` must not do is replace the file. */
static void test_standard_output_by_name(void **state)
{
    const struct place *place = *state;
    struct table table;
    struct error error = {.agreed = false};
    small_table(&table);
    files_put(place->path, "before\n");
    assert_int_equal(in_child(&table, "/dev/stdout", place->path, &error), STATUS_OK);
    files_hold(place->path, "before\nn\n1\n2\n");
    assert_int_equal(files_named(place->folder, ""), 1);
    table_free(&table);
}

static void test_device(void **state)
{
    const struct place *place = *state;
    char link[200];
    struct table table;
    small_table(&table);
    assert_refused(&table, "/dev/full", ENOSPC);
    assert_true(S_ISCHR(mode_of("/dev/full")));
    snprintf(link, sizeof link, "%s/link", place->folder);
    assert_int_equal(symlink("/dev/full", link), 0);
    assert_refused(&table, link, ENOSPC);
    assert_true(S_ISLNK(mode_of(link)));
    write_ok(&table, "/dev/null", TABLE_CSV);
    assert_true(S_ISCHR(mode_of("/dev/null")));
    table_free(&table);
}

static void test_pipe(void **state)
{
    const struct place *place = *state;
    struct table table;
    char text[sizeof small_csv] = "";
    small_table(&table);
    assert_int_equal(mkfifo(place->path, 0600), 0);
    const int reader = open(place->path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    write_ok(&table, place->path, TABLE_CSV);
    assert_int_equal(read(reader, text, sizeof text), sizeof small_csv - 1);
    assert_string_equal(text, small_csv);
    close(reader);
    assert_true(S_ISFIFO(mode_of(place->path)));
    table_free(&table);
}

/* A full disk, as far as a process can make one: files end at 4 bytes. */
static void assert_fails_half_way(const struct table *table, const struct place *place,
                                  enum table_format format)
{
    struct rlimit before, small;
    struct error error = {.agreed = false};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const int status = table_write(table, place->path, format, 0, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, STATUS_OUTPUT);
    assert_non_null(strstr(error.text, place->path));
    assert_non_null(strstr(error.text, strerror(EFBIG)));
    files_hold(place->path, "old\n");
    assert_int_equal(files_named(place->folder, ""), 1);
}

static void test_failure_keeps_the_old_file(void **state)
{
    const struct place *place = *state;
    struct table small, large;
    small_table(&small);
    real_table(&large);
    files_put(place->path, "old\n");
    for (enum table_format format = TABLE_TEXT; format <= TABLE_COLOR; format++) {
        assert_fails_half_way(&small, place, format);
        assert_fails_half_way(&large, place, format);
    }
    table_free(&small);
    table_free(&large);
}

/* Ctrl-C while a table is written: no half of it replaces the old one. */
static void test_a_signal_keeps_the_old_file(void **state)
{
    const struct place *place = *state;
    struct table table;
    small_table(&table);
    files_put(place->path, "old\n");
    const pid_t child = fork();
    assert_true(child >= 0);
    for (enum table_format format = TABLE_TEXT; child == 0 && format <= TABLE_COLOR;
         format++) {
        struct error error = {.agreed = false};
        if (format == TABLE_TEXT) {
            interrupt_catch();
            raise(SIGTERM);
        }
        if (table_write(&table, place->path, format, 20, &error) != STATUS_OUTPUT ||
            !strstr(error.text, strerror(EINTR)))
            exit(1 + (int)format);
    }
    if (child == 0)
        exit(0);
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    files_hold(place->path, "old\n");
    assert_int_equal(files_named(place->folder, ""), 1);
    table_free(&table);
}

static void test_link_is_followed(void **state)
{
    const struct place *place = *state;
    char first[200], second[200];
    struct table table;
    small_table(&table);
    snprintf(first, sizeof first, "%s/first", place->folder);
    snprintf(second, sizeof second, "%s/second", place->folder);
    assert_int_equal(symlink(second, first), 0);
    assert_int_equal(symlink("out", second), 0);
    /* Dangling at first, then to a file. */
    for (int i = 0; i < 2; i++) {
        write_ok(&table, first, TABLE_CSV);
        assert_true(S_ISLNK(mode_of(first)));
        assert_true(S_ISLNK(mode_of(second)));
        assert_true(S_ISREG(mode_of(place->path)));
        files_hold(place->path, small_csv);
        assert_int_equal(files_named(place->folder, ""), 3);
        files_put(place->path, "something else\n");
    }
    table_free(&table);
}

static void test_link_in_a_circle(void **state)
{
    const struct place *place = *state;
    struct table table;
    small_table(&table);
    assert_int_equal(symlink("out", place->path), 0);
    assert_refused(&table, place->path, ELOOP);
    table_free(&table);
}

static void test_deleted_file(void **state)
{
    const struct place *place = *state;
    char name[100], text[100] = "";
    struct table table;
    small_table(&table);
    const int descriptor = open(place->path, O_RDWR | O_CREAT, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(unlink(place->path), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", descriptor);
    write_ok(&table, name, TABLE_CSV);
    assert_int_equal(pread(descriptor, text, sizeof text, 0), sizeof small_csv - 1);
    assert_string_equal(text, small_csv);
    assert_int_equal(files_named(place->folder, ""), 0);
    close(descriptor);
    table_free(&table);
}

static void test_long_and_relative_names(void **state)
{
    const struct place *place = *state;
    char name[256], here[1000];
    struct table table;
    small_table(&table);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(place->folder), 0);
    memset(name, 'n', 255);
    name[255] = '\0';
    write_ok(&table, name, TABLE_CSV);
    files_hold(name, small_csv);
    assert_int_equal(files_named(".", ""), 1);
    assert_int_equal(chdir(here), 0);
    table_free(&table);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_leaves_out_columns),
        TEST(test_reals_round_trip_csv),
        TEST(test_reals_round_trip_json),
        TEST(test_fewest_digits),
        TEST(test_counts),
        TEST(test_closing),
        TEST(test_csv_quotes),
        TEST(test_empty_cells),
        TEST(test_reasons),
        TEST(test_empty_only_cell),
        TEST(test_notes),
        TEST(test_text_alignment),
        TEST(test_upright_text),
        TEST(test_equal_rows),
        TEST(test_broken_closing),
        TEST(test_markdown),
        TEST(test_colors),
        TEST(test_no_rows),
        TEST(test_growth),
        TEST(test_free_twice),
        TEST(test_file_mode),
        TEST(test_overwrites_whole),
        TEST(test_missing_folder),
        TEST(test_write_protected),
        TEST(test_standard_output),
        TEST(test_standard_output_by_name),
        TEST(test_device),
        TEST(test_pipe),
        TEST(test_failure_keeps_the_old_file),
        TEST(test_a_signal_keeps_the_old_file),
        TEST(test_link_is_followed),
        TEST(test_link_in_a_circle),
        TEST(test_deleted_file),
        TEST(test_long_and_relative_names),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
