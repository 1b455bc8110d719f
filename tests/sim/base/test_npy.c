/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_npy.c: arrays of NumPy, written byte by byte as the format says. */
#include "base/npy.h"
#include "base/parse.h"
#include "check.h"

#include <errno.h>

/* --- files ------------------------------------------------------------------------ */

struct bytes {
    unsigned char byte[4096];
    size_t count;
};

static void add(struct bytes *bytes, const void *more, size_t count)
{
    assert_true(bytes->count + count <= sizeof bytes->byte);
    memcpy(bytes->byte + bytes->count, more, count);
    bytes->count += count;
}

/* Magic, version, length and header. */
static struct bytes begin(int version, const char *header)
{
    struct bytes bytes = {.count = 0};
    const size_t length = strlen(header);
    const unsigned char lead[] = {
        (unsigned char)version,       0, (unsigned char)(length & 0xFF),
        (unsigned char)(length >> 8), 0, 0};
    add(&bytes, "\x93NUMPY", 6);
    add(&bytes, lead, version == 1 ? 4 : 6);
    add(&bytes, header, length);
    return bytes;
}

static const double six[] = {1, -2.5, 3e-300, 4, 0.1, 6e300};

static void add_doubles(struct bytes *bytes, const double *value, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const uint64_t bits = check_bits(value[k]);
        for (int shift = 0; shift < 64; shift += 8) {
            const unsigned char byte = (unsigned char)(bits >> shift & 0xFF);
            add(bytes, &byte, 1);
        }
    }
}

struct read {
    int status;
    struct numbers numbers;
    struct parse_shape shape;
    struct error error;
};

static struct read read_bytes(const void *bytes, size_t count)
{
    struct read read = {.error = {.text = ""}};
    char path[64];
    check_file(bytes, count, path);
    read.status = parse_file("spectrum", path, &read.numbers, &read.shape, &read.error);
    unlink(path);
    return read;
}

static void check_array(const struct bytes *bytes, size_t rows, size_t columns,
                        const double *expected)
{
    struct read read = read_bytes(bytes->byte, bytes->count);
    CHECK_OK(read.status, &read.error);
    assert_int_equal(read.shape.rows, rows);
    assert_int_equal(read.shape.columns, columns);
    assert_int_equal(read.shape.last, 0);
    assert_string_equal(read.shape.end, "");
    assert_int_equal(read.numbers.count, rows * columns);
    CHECK_SAME(read.numbers.value, expected, rows * columns);
    numbers_free(&read.numbers);
}

static void check_refuses(const struct bytes *bytes, const char *word)
{
    struct read read = read_bytes(bytes->byte, bytes->count);
    CHECK_REFUSED(word, read.status, &read.error, word);
    assert_null(read.numbers.value);
}

/* --- reading ---------------------------------------------------------------------- */

static void arrays_of_every_kind_are_read(void **state)
{
    (void)state;
    static const double by_columns[] = {1, 3e-300, 0.1, -2.5, 4, 6e300};
    static const char *const lists[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }\n",
        "{\"shape\": (6,), \"descr\":\"<f8\",\"fortran_order\": True}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': ( 6 ,), }      \n",
        "{'of': 'descr', 'descr': '<f8', 'fortran_order': False, 'shape': (6,), }",
    };
    for (int version = 1; version <= 3; version++)
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
            struct bytes bytes = begin(version, lists[k]);
            add_doubles(&bytes, six, 6);
            check_array(&bytes, 6, 1, six);
        }
    struct bytes rows =
        begin(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n");
    add_doubles(&rows, six, 6);
    check_array(&rows, 2, 3, six);
    struct bytes columns =
        begin(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }\n");
    add_doubles(&columns, six, 6);
    static const double turned[] = {1, 4, -2.5, 0.1, 3e-300, 6e300};
    check_array(&columns, 3, 2, turned);
    /* The same numbers, the other way round. */
    struct bytes back =
        begin(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n");
    add_doubles(&back, six, 6);
    check_array(&back, 2, 3, by_columns);
    struct bytes one =
        begin(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }");
    add_doubles(&one, six, 1);
    check_array(&one, 1, 1, six);
}

static void floats_become_doubles_and_minus_0_becomes_0(void **state)
{
    (void)state;
    /* 1, -2.5, 0x1p-149, -0 as float32. */
    static const unsigned char single[] = {0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0,
                                           1, 0, 0,    0,    0, 0, 0,    0x80};
    static const double expected[] = {1, -2.5, 0x1p-149, 0};
    struct bytes bytes =
        begin(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }\n");
    add(&bytes, single, sizeof single);
    check_array(&bytes, 4, 1, expected);
    struct read read = read_bytes(bytes.byte, bytes.count);
    assert_string_equal(read.shape.flat, "place 2");
    numbers_free(&read.numbers);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *header, *word;
    } bad[] = {
        {"{'descr': '>f8', 'fortran_order': False, 'shape': (6,), }", "type '>f8'"},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (6,), }", "type '<i8'"},
        {"{'descr': '<f2', 'fortran_order': False, 'shape': (6,), }", "'<f4' and"},
        {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,), }",
         "names no type"},
        {"{'fortran_order': False, 'shape': (6,), }", "'descr'"},
        {"{'descr': '<f8', 'shape': (6,), }", "'fortran_order' is True or"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (6,), }", "True or False"},
        {"{'descr': '<f8', 'fortran_order': False, }", "'shape' that can be read"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (6", "'shape' that can"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-6,), }",
         "'shape' that can"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (6 6), }",
         "'shape' that can"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 3), }",
         "has 3 dimensions"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }", "no numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (5, 0), }", "no numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (7,), }",
         "ends in number 7 of the 7"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }",
         "goes on after the 5 numbers"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, "
         "4294967296), }",
         "is too large"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': "
         "(99999999999999999999999,), }",
         "'shape' that can"},
        {"", "'descr'"},
        {"{descr: '<f8', 'fortran_order': False, 'shape': (6,), }", "'descr'"},
        {"descr': '<f8', 'fortran_order': False, 'shape': (6,), }", "'descr'"},
        {"{'descr\": '<f8', 'fortran_order': False, 'shape': (6,), }", "'descr'"},
        {"{'descr', '<f8', 'fortran_order': False, 'shape': (6,), }", "'descr'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 6, }", "'shape' that can"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        struct bytes bytes = begin(1, bad[k].header);
        add_doubles(&bytes, six, 6);
        check_refuses(&bytes, bad[k].word);
    }
}

static void damaged_files_are_told(void **state)
{
    (void)state;
    static const char header[] =
        "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n";
    struct bytes whole = begin(1, header);
    const size_t start = whole.count;
    add_doubles(&whole, six, 6);
    /* Cut anywhere, it is refused; behind its magic byte it is no text either. */
    for (size_t count = 1; count < whole.count; count++) {
        struct bytes cut = whole;
        cut.count = count;
        check_refuses(&cut, count < start ? "ends in the header" : "ends in number");
    }
    struct bytes other = whole;
    other.byte[2] = 'X';
    check_refuses(&other, "byte 1: no array of NumPy: it begins with 93 4e 58");
    other = whole;
    other.byte[6] = 4;
    check_refuses(&other, "byte 7: version 4.0");
    other = begin(2, header);
    other.byte[10] = 1; /* the length's third byte */
    check_refuses(&other, "byte 9: a header of 655");
    other = whole;
    memset(other.byte + start + 3 * 8, 0xFF, 8); /* column by column: row 2, column 2 */
    check_refuses(&other, "row 2, column 2 (from 1): nan is not finite");
    other = whole;
    other.byte[start + 7] = 0x7F;
    other.byte[start + 6] = 0xF0;
    check_refuses(&other, "row 1, column 1 (from 1): inf");
}

static void a_text_named_as_an_array_is_none(void **state)
{
    (void)state;
    struct numbers numbers;
    struct parse_shape shape;
    struct error error;
    char path[64], named[80];
    check_file("1 2 3\n", 6, path);
    snprintf(named, sizeof named, "%s.npy", path);
    assert_int_equal(rename(path, named), 0);
    const int status = parse_file("spectrum", named, &numbers, &shape, &error);
    CHECK_REFUSED(named, status, &error, "it begins with 31 20 32 20 33 0a");
    unlink(named);
}

/* --- writing ---------------------------------------------------------------------- */

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const size_t size[] = {2, 3, 1};
    for (int dimensions = 1; dimensions <= 2; dimensions++) {
        struct bytes bytes = {.count = 0};
        FILE *file = tmpfile();
        assert_non_null(file);
        assert_int_equal(npy_write_header(file, dimensions, size), 0);
        const long start = ftell(file);
        assert_int_equal(start % 64, 0);
        for (int k = 0; k < 3 * dimensions && k < (dimensions == 1 ? 2 : 6); k++)
            assert_int_equal(npy_write_number(file, six[k]), 0);
        rewind(file);
        bytes.count = fread(bytes.byte, 1, sizeof bytes.byte, file);
        assert_int_equal(bytes.byte[start - 1], '\n');
        fclose(file);
        check_array(&bytes, 2, dimensions == 1 ? 1 : 3, six);
    }
    assert_true(npy_is_name("a.npy"));
    assert_false(npy_is_name("npy") || npy_is_name("a.npy.txt"));
}

static void a_full_disk_is_told(void **state)
{
    static const size_t size[] = {2};
    FILE *file = fopen("/dev/full", "w");
    (void)state;
    assert_non_null(file);
    assert_int_equal(setvbuf(file, NULL, _IONBF, 0), 0);
    assert_int_equal(npy_write_header(file, 1, size), ENOSPC);
    assert_int_equal(npy_write_number(file, 1), ENOSPC);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_every_kind_are_read),
        cmocka_unit_test(floats_become_doubles_and_minus_0_becomes_0),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(damaged_files_are_told),
        cmocka_unit_test(a_text_named_as_an_array_is_none),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
