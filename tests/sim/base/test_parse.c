/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/elementary.h"
#include "base/parse.h"

/* --- one number ------------------------------------------------------------------- */

static void test_real_accepts(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-0", 0},
        {"1", 1},
        {"+1", 1},
        {"-1.5", -1.5},
        {".5", 0.5},
        {"5.", 5},
        {"1e3", 1000},
        {"1E-3", 1e-3},
        {"0x1p-3", 0.125},
        {"0X1.8P1", 3},
        {"1e308", 1e308},
        {"-1.7976931348623157e308", -DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"0.1", 0.1},
        {"0.1000000000000000055511151231257827", 0.1},
        {"00012", 12},
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double value = NAN;
        struct error error;
        CHECK_OK(parse_real("--lr", good[i].text, &value, &error), &error);
        CHECK_EXACT(value, good[i].value);
    }
}

static const char *const no_numbers[] = {
    "",         " ",     "x",      "nan",
    "NaN",      "-nan",  "nan(1)", "inf",
    "-inf",     "1e400", "-1e400", "1e-400",
    "infinity", "1x",    "1 ",     " 1",
    "\t1",      "1e",    "0x",     "1,5",
    "1.2.3",    "--1",   "1\n",    "e5",
    "\xff\xfe", "1:2",   "1;",     "\xe2\x88\x92\x31", /* a typeset minus sign */
};
enum { NO_NUMBERS = sizeof no_numbers / sizeof *no_numbers };

static void test_real_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < NO_NUMBERS; i++) {
        double value;
        struct error error = {.agreed = false};
        const int status = parse_real("--lr", no_numbers[i], &value, &error);
        CHECK_REFUSED(no_numbers[i], status, &error, "--lr");
    }
}

/* The message says what is wrong, not only that something is. */
static void test_real_says_why(void **state)
{
    static const char *const why[][2] = {
        {"abc", "is not a number"},  {"nan", "is not a number"},
        {"1.5x", "letters after"},   {"1e400", "too large"},
        {"-1e400", "too large"},     {"1e-400", "too small"},
        {"inf", "not finite"},       {"0x1p-1074", "too small"},
        {"-0x1p-1023", "too small"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
        double value;
        struct error error = {.agreed = false};
        const int status = parse_real("--lr", why[i][0], &value, &error);
        CHECK_REFUSED(why[i][0], status, &error, why[i][1]);
    }
}

/* Every double that is printed with 17 digits is read back. */
static void test_real_round_trip(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        const uint64_t bits = check_word(&random);
        double x, value;
        char text[64];
        struct error error;
        memcpy(&x, &bits, sizeof x);
        if (!isnormal(x))
            continue;
        snprintf(text, sizeof text, i % 2 ? "%.17g" : "%a", x);
        CHECK_OK(parse_real("x", text, &value, &error), &error);
        CHECK_EXACT(value, x);
    }
}

static void test_count(void **state)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = {{"2", 2}, {"100", 100}, {"1e2", 100}, {"5.0", 5}, {"0x10", 16}};
    static const char *const bad[] = {"1", "101", "-5", "2.5", "1e30", "1e-400"};
    uint64_t value;
    struct error error = {.agreed = false};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK_OK(parse_count("--steps", good[i].text, 2, 100, &value, &error), &error);
        assert_int_equal(value, good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad + NO_NUMBERS; i++) {
        const char *text = i < NO_NUMBERS ? no_numbers[i] : bad[i - NO_NUMBERS];
        const int status = parse_count("--steps", text, 2, 100, &value, &error);
        CHECK_REFUSED(text, status, &error, "from 2 to 100");
    }
}

/* Beyond 2^53 a double does not hold every whole number: refused, never rounded. */
static void test_count_is_exact(void **state)
{
    uint64_t value;
    struct error error = {.agreed = false};
    (void)state;
    CHECK_OK(parse_count("n", "9007199254740991", 0, UINT64_MAX, &value, &error),
             &error);
    assert_int_equal(value, (UINT64_C(1) << 53) - 1);
    const int status =
        parse_count("n", "9007199254740993", 0, UINT64_MAX, &value, &error);
    assert_true(status == STATUS_USAGE || value == UINT64_C(9007199254740993));
}

/* --- grids ------------------------------------------------------------------------ */

static struct numbers grid(const char *text)
{
    struct numbers numbers;
    struct error error;
    CHECK_OK(parse_grid("--lr", text, &numbers, &error), &error);
    return numbers;
}

static void check_list(const char *text, size_t count, const double *expected)
{
    struct numbers numbers = grid(text);
    assert_int_equal(numbers.count, count);
    CHECK_SAME(numbers.value, expected, count);
    numbers_free(&numbers);
    assert_null(numbers.value);
}

static void test_list(void **state)
{
    (void)state;
    check_list("0.1", 1, (const double[]){0.1});
    check_list("-1", 1, (const double[]){-1});
    check_list("0,1,3,70", 4, (const double[]){0, 1, 3, 70});
    check_list("1e-3,0x1p4", 2, (const double[]){1e-3, 16});
    check_list("1,1,1", 3, (const double[]){1, 1, 1});
}

static void test_long_list(void **state)
{
    enum { COUNT = 10000 };
    char *text = check_alloc(COUNT, 8);
    size_t length = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++)
        length += (size_t)sprintf(text + length, "%s%d", i ? "," : "", i);
    struct numbers numbers = grid(text);
    assert_int_equal(numbers.count, COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK_EXACT(numbers.value[i], (double)i);
    numbers_free(&numbers);
    free(text);
}

static void check_grid_refused(const char *text)
{
    struct numbers numbers;
    struct error error = {.agreed = false};
    const int status = parse_grid("--lr", text, &numbers, &error);
    if (status == STATUS_OK)
        numbers_free(&numbers);
    CHECK_REFUSED(text, status, &error, "--lr");
    assert_null(numbers.value);
}

static void test_list_refuses(void **state)
{
    static const char *const bad[] = {"",     ",",   ",1",    "1,",    "1,2,",   "1,,2",
                                      "1 ,2", "1;2", "1,2,x", "1,nan", "1e400,1"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_grid_refused(bad[i]);
}

static void test_grid_refuses(void **state)
{
    static const char *const bad[] = {
        "linear:0:1",
        "linear:0:1:1",
        "linear:0:1:0",
        "linear:0:1:-3",
        "linear:0:1:2.5",
        "linear:0:1:1e9",
        "linear:0:1:5:6",
        "linear:::",
        "linear",
        "linear:a:1:3",
        "linear:0:b:3",
        "linear:0:inf:3",
        "log:0:1:5",
        "log:1:0:5",
        "log:-1:1:5",
        "log:1e-310:1:5",
        "log:1:10",
        "lin:0:1:5",
        "Linear:0:1:5",
        "geometric:1:2:3",
        "linear:0:1:5,7",
        "1,linear:0:1:5",
        ":",
        "linearlinearlinearlinearlinearlinear:0:1:5",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        check_grid_refused(bad[i]);
}

static void test_grid_refuses_a_trailing_colon(void **state)
{
    (void)state;
    check_grid_refused("linear:0:1:5:");
    check_grid_refused("log:1:10:5:");
}

/* A number written with more digits than a buffer holds is read in full or refused,
 * never cut: 0.00...05 is not 0, 1.00...0e5 is not 1. */
static void test_long_numbers_are_not_cut(void **state)
{
    static const char *const form[][3] = {
        {"0.", "5", ""},
        {"1.", "e5", ""},
        {"1.", "x", ""},
        {"linear:0:1.", "e5", ":3"},
        {"linear:1.", "e5", ":0:3"},
        {"linear:0:1:3.", "7", ""},
    };
    static const double wrong[] = {0, 1, 1, 1, 1, 1};
    (void)state;
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        char zeros[601], text[800];
        struct numbers numbers;
        struct error error = {.agreed = false};
        memset(zeros, '0', sizeof zeros);
        /* Not so small that the number itself vanishes. */
        zeros[i == 0 ? 250 : sizeof zeros - 1] = '\0';
        snprintf(text, sizeof text, "%s%s%s%s", form[i][0], zeros, form[i][1],
                 form[i][2]);
        const int status = parse_grid("--lr", text, &numbers, &error);
        if (status == STATUS_OK)
            for (size_t k = 0; k < numbers.count; k++)
                CHECK(numbers.value[k] != wrong[i] && i != 5,
                      "'%.20s...' is read as %g", text, numbers.value[k]);
        else
            assert_int_equal(status, STATUS_USAGE);
        numbers_free(&numbers);
    }
}

/* Linear: ends exact, points where long double puts them, in order. */
static void test_linear_grid(void **state)
{
    static const double end[][2] = {{0, 1},          {0.1, 0.7},      {5, -3},
                                    {1e-300, 1e300}, {-1e308, 1e308}, {0.3, 0.3}};
    (void)state;
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        for (int count = 2; count < 200; count += 7) {
            char text[128];
            const double low = end[i][0], high = end[i][1];
            snprintf(text, sizeof text, "linear:%.17g:%.17g:%d", low, high, count);
            struct numbers numbers = grid(text);
            assert_int_equal(numbers.count, count);
            CHECK_EXACT(numbers.value[0], low);
            CHECK_EXACT(numbers.value[count - 1], high);
            for (int k = 0; k < count; k++) {
                const long double share = (long double)k / (count - 1);
                const long double exact = low * (1 - share) + high * share;
                CHECK_NEAR(numbers.value[k], (double)exact, 0,
                           4 * DBL_EPSILON * fmax(fabs(low), fabs(high)));
            }
            numbers_free(&numbers);
        }
}

/* Logarithmic: ends exact, points of low^(1-share) high^share to the ulps that exp
 * makes of an error in its argument. */
static void test_log_grid(void **state)
{
    static const double end[][2] = {{1e-4, 1},          {0.7, 0.1},      {1, 1024},
                                    {DBL_MIN, DBL_MAX}, {1e300, 1e-300}, {3, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof end / sizeof *end; i++)
        for (int count = 2; count < 200; count += 7) {
            char text[128];
            const double low = end[i][0], high = end[i][1];
            const double size = fmax(fabs(log(low)), fabs(log(high)));
            snprintf(text, sizeof text, "log:%.17g:%.17g:%d", low, high, count);
            struct numbers numbers = grid(text);
            assert_int_equal(numbers.count, count);
            CHECK_EXACT(numbers.value[0], low);
            CHECK_EXACT(numbers.value[count - 1], high);
            for (int k = 0; k < count; k++) {
                const long double share = (long double)k / (count - 1);
                const long double exact =
                    expl(logl(low) * (1 - share) + logl(high) * share);
                CHECK_NEAR(numbers.value[k], (double)exact,
                           (2 + 4 * size) * DBL_EPSILON, 0);
            }
            numbers_free(&numbers);
        }
}

/* Interior points come from the project's own exp and log: the bits never change. */
static void test_log_grid_bits(void **state)
{
    struct numbers numbers = grid("log:0.3:7:4");
    static const double known[] = {0.3, 0.8572618882313393, 2.449659816713205, 7};
    (void)state;
    CHECK_SAME(numbers.value, known, 4);
    numbers_free(&numbers);
}

/* Points that are decimals of few digits are those decimals to the bit, in spite of
 * rounding; blanks may follow commas. */
static void test_simple_points(void **state)
{
    static const struct {
        const char *grid;
        double point[5];
    } simple[] = {
        {"log:0.001:10:5", {0.001, 0.01, 0.1, 1, 10}},
        {"log:100:0.01:5", {100, 10, 1, 0.1, 0.01}},
        {"linear:0.1:0.5:5", {0.1, 0.2, 0.3, 0.4, 0.5}},
        {"linear:-0.3:0.1:5", {-0.3, -0.2, -0.1, 0, 0.1}},
        {"linear:1e-6:5e-6:5", {1e-6, 2e-6, 3e-6, 4e-6, 5e-6}},
        {"linear:-0.1:0.3:5", {-0.1, 0, 0.1, 0.2, 0.3}},
        {"log:1e-10:1e10:5", {1e-10, 1e-5, 1, 1e5, 1e10}},
        {"0.1, 0.2,\t0.3,  0.4,0.5", {0.1, 0.2, 0.3, 0.4, 0.5}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
        struct numbers numbers = grid(simple[i].grid);
        assert_int_equal(numbers.count, 5);
        for (int k = 0; k < 5; k++)
            CHECK_EXACT(numbers.value[k], simple[i].point[k]);
        numbers_free(&numbers);
    }
    /* No point that has more digits is moved. */
    struct numbers thirds = grid("linear:0:1:4");
    CHECK_EXACT(thirds.value[1], 1.0 / 3);
    numbers_free(&thirds);
}

/* --- files ------------------------------------------------------------------------ */

struct parsed {
    int status;
    struct numbers numbers;
    struct parse_shape shape;
    struct error error;
};

static struct parsed parse_bytes(const void *bytes, size_t size)
{
    struct parsed parsed = {.error = {.text = ""}};
    char path[64];
    check_file(bytes, size, path);
    parsed.status =
        parse_file("--noise", path, &parsed.numbers, &parsed.shape, &parsed.error);
    if (parsed.status != STATUS_OK)
        assert_non_null(strstr(parsed.error.text, path));
    unlink(path);
    return parsed;
}

static void test_file_accepts(void **state)
{
    static const struct {
        const char *text;
        size_t rows, columns;
    } good[] = {
        {"1 2 3 4", 1, 4},
        {"1 2 3 4\n", 1, 4},
        {"1\n2\n3\n4\n", 4, 1},
        {"1 2\n3 4\n", 2, 2},
        {"1,2\n3,4\n", 2, 2},
        {"1, 2\n3,\t4\n", 2, 2},
        {"1\t2\r\n3\t4\r\n", 2, 2},
        {"1 2\r3 4", 2, 2},
        {"# old Macintosh\r1\r2\r\r3\r4\r", 4, 1},
        {"1,2\r\n\r\n3,4\r", 2, 2},
        {"# a matrix\n\n  1 2 # first row\n\n#3\n3 4", 2, 2},
        {"   1e0   0x1p1 \n  3.0 +4\n\n\n", 2, 2},
        {"\xef\xbb\xbf"
         "1 2\n3 4\n",
         2, 2}, /* a byte-order mark */
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct parsed p = parse_bytes(good[i].text, strlen(good[i].text));
        CHECK_OK(p.status, &p.error);
        assert_int_equal(p.shape.rows, good[i].rows);
        assert_int_equal(p.shape.columns, good[i].columns);
        assert_int_equal(p.numbers.count, 4);
        CHECK_SAME(p.numbers.value, ((const double[]){1, 2, 3, 4}), 4);
        numbers_free(&p.numbers);
    }
}

static void test_file_refuses(void **state)
{
    static const char *const bad[][2] = {
        {"", "holds no numbers"},
        {"\n\n  \n", "holds no numbers"},
        {"# only a comment", "holds no numbers"},
        {"1 2\n3\n", "line 2"},
        {"1 2\n\n# x\n3 4 5\n", "line 4"},
        {"1 2\r\r\n# x\r3 4 5\r", "line 4"},
        {"1\nnan\n", "line 2"},
        {"1 inf\n", "not finite"},
        {"1e400\n", "too large"},
        {"1e-400\n", "too small"},
        {"1 2x\n", "2x"},
        {"1;2\n", "1;2"},
        {"1 two 3\n", "two"},
        {"\xef\xbb"
         "1 2\n",
         "line 1, column 1"}, /* half a byte-order mark */
        {"1 2\n\xef\xbb\xbf"
         "3 4\n",
         "line 2, column 1"},
        {"\x7f"
         "ELF\x02\x01\x01",
         "line 1"},
        {"\xff\xfe\x01\x80", "line 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct parsed p = parse_bytes(bad[i][0], strlen(bad[i][0]));
        CHECK_REFUSED(bad[i][0], p.status, &p.error, bad[i][1]);
        assert_null(p.numbers.value);
    }
}

/* A byte 0 is no number either, and must not hide what follows it. */
static void test_file_refuses_zero_bytes(void **state)
{
    static const struct {
        char bytes[8];
        size_t size;
    } bad[] = {{"1\0 2\n", 5}, {"1 2\0x\n", 6}, {"\0\0\0\0", 4}, {"1 2\n\0\n", 6}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct parsed p = parse_bytes(bad[i].bytes, bad[i].size);
        CHECK(p.status == STATUS_USAGE,
              "file %zu with zero bytes: status %d, %zu numbers", i, p.status,
              p.numbers.count);
    }
}

static void test_file_of_random_bytes(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (int i = 0; i < 20; i++) {
        unsigned char bytes[4096];
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (unsigned char)check_word(&random);
        struct parsed p = parse_bytes(bytes, sizeof bytes);
        assert_int_equal(p.status, STATUS_USAGE);
    }
}

static void test_file_long_lines(void **state)
{
    enum { COUNT = 20000 };
    char *text = check_alloc(COUNT, 16);
    size_t length = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++)
        length +=
            (size_t)sprintf(text + length, "%d%s", i, i % 5000 == 4999 ? "\n" : " ");
    struct parsed p = parse_bytes(text, length);
    CHECK_OK(p.status, &p.error);
    assert_int_equal(p.shape.rows, COUNT / 5000);
    assert_int_equal(p.shape.columns, 5000);
    for (int i = 0; i < COUNT; i++)
        CHECK_EXACT(p.numbers.value[i], (double)i);
    numbers_free(&p.numbers);
    free(text);
}

/* A long word and a long comment. */
static void test_file_long_words(void **state)
{
    enum { SIZE = 50000 };
    char *text = check_alloc(SIZE, 1);
    (void)state;
    memset(text, 'x', SIZE);
    struct parsed p = parse_bytes(text, SIZE);
    CHECK_REFUSED("a long word", p.status, &p.error, "line 1");
    text[0] = '5';
    text[1] = '#';
    p = parse_bytes(text, SIZE);
    CHECK_OK(p.status, &p.error);
    assert_int_equal(p.numbers.count, 1);
    numbers_free(&p.numbers);
    memset(text, '0', SIZE);
    text[0] = '1';
    text[1] = '.';
    p = parse_bytes(text, SIZE);
    CHECK_OK(p.status, &p.error);
    CHECK_EXACT(p.numbers.value[0], 1.0);
    numbers_free(&p.numbers);
    free(text);
}

static void test_file_unreadable(void **state)
{
    static const char *const bad[] = {"/nonexistent/file", "", "/", "/tmp"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct numbers numbers;
        struct parse_shape shape;
        struct error error = {.agreed = false};
        const int status = parse_file("--spectrum", bad[i], &numbers, &shape, &error);
        CHECK_REFUSED(bad[i], status, &error, "--spectrum: cannot read");
        assert_null(numbers.value);
    }
}

/* A hint is given only where each line may be one number that is written with a comma.
 */
static void test_hint(void **state)
{
    static const struct {
        const char *text;
        bool hint;
    } cases[] = {
        {"1,5\n2,5\n", true},     {"1.234,5\n", true},     {"-1,5\n", true},
        {"+1,5 \n", true},        {"1,234.5\n", true},     {"1 5\n2,5\n", false},
        {"1,5\n2 5\n", false},    {"1234,567.5\n", false}, {"1,23.5\n", false},
        {"12345.678,5\n", false}, {"1.23,5\n", false},     {"1,-5\n", false},
        {"1,5,2\n", false},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char path[64];
        struct numbers numbers = {0};
        struct parse_shape shape;
        struct error error;
        check_file(cases[k].text, strlen(cases[k].text), path);
        CHECK_OK(parse_file("data", path, &numbers, &shape, &error), &error);
        CHECK((*parse_hint(&shape) != '\0') == cases[k].hint, "'%s' has the hint '%s'",
              cases[k].text, parse_hint(&shape));
        numbers_free(&numbers);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_accepts),
        cmocka_unit_test(test_real_refuses),
        cmocka_unit_test(test_real_says_why),
        cmocka_unit_test(test_real_round_trip),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_count_is_exact),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_long_list),
        cmocka_unit_test(test_list_refuses),
        cmocka_unit_test(test_grid_refuses),
        cmocka_unit_test(test_grid_refuses_a_trailing_colon),
        cmocka_unit_test(test_long_numbers_are_not_cut),
        cmocka_unit_test(test_linear_grid),
        cmocka_unit_test(test_log_grid),
        cmocka_unit_test(test_log_grid_bits),
        cmocka_unit_test(test_simple_points),
        cmocka_unit_test(test_file_accepts),
        cmocka_unit_test(test_file_refuses),
        cmocka_unit_test(test_file_refuses_zero_bytes),
        cmocka_unit_test(test_file_of_random_bytes),
        cmocka_unit_test(test_file_long_lines),
        cmocka_unit_test(test_file_long_words),
        cmocka_unit_test(test_file_unreadable),
        cmocka_unit_test(test_hint),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
