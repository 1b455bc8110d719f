/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parse.h"

#include "base/elementary.h"
#include "base/interrupt.h"
#include "base/npy.h"
#include "base/text_file.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t grid_limit = 10000000;

static int numbers_append(struct numbers *numbers, size_t *capacity, double value,
                          struct error *error)
{
    if (numbers->count == *capacity) {
        const size_t larger = *capacity ? 2 * *capacity : 16;
        double *grown = realloc(numbers->value, larger * sizeof *grown);
        if (!grown)
            return error_memory(error, "a list of numbers");
        numbers->value = grown;
        *capacity = larger;
    }
    numbers->value[numbers->count++] = value;
    return STATUS_OK;
}

int parse_real(const char *what, const char *text, double *value, struct error *error)
{
    char *end = NULL;
    const char *why = NULL;
    errno = 0;
    *value = strtod(text, &end);
    if (end == text || isspace((unsigned char)*text) || (!*end && isnan(*value)))
        why = "is not a number";
    else if (*end == ',')
        why = "has a comma, and a decimal point is '.'";
    else if (*end)
        why = "has letters after the number";
    else if ((errno == ERANGE && fabs(*value) <= 1) ||
             (*value != 0 && fabs(*value) < DBL_MIN))
        why = "is too small for a double";
    else if (errno == ERANGE)
        why = "is too large for a double";
    else if (!isfinite(*value))
        why = "is not finite";
    *value += 0.0; /* makes 0 of -0: it must not name another random stream */
    if (!why)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, what,
                       "'%.200s' %s; allowed is a finite number such as 0.1 or 1e-3",
                       text, why);
}

int parse_choice(const char *words, const char *text, size_t length)
{
    int index = 0;
    for (const char *c = words; c && *c; c += *c == '|', index++) {
        const size_t own = strcspn(c, "|");
        if (own == length && strncmp(c, text, length) == 0)
            return index;
        c += own;
    }
    return -1;
}

int parse_text_of(double value, int least, char text[PARSE_TEXT])
{
    int digits = least;
    snprintf(text, PARSE_TEXT, "%.*g", digits, value);
    while (digits < 17 && strtod(text, NULL) != value)
        snprintf(text, PARSE_TEXT, "%.*g", ++digits, value);
    return digits;
}

int parse_count(const char *what, const char *text, uint64_t low, uint64_t high,
                uint64_t *value, struct error *error)
{
    double real;
    struct error ignored = {.agreed = false};
    const int status = parse_real(what, text, &real, &ignored);
    if (status == STATUS_OK && real >= (double)low && real <= (double)high &&
        real < 0x1p53 && real == floor(real)) {
        *value = (uint64_t)real;
        return STATUS_OK;
    }
    return error_about(error, STATUS_USAGE, what,
                       "'%.200s' is not allowed; allowed is a whole number from %llu "
                       "to %llu",
                       text, (unsigned long long)low, (unsigned long long)high);
}

/* Copies the part of *cursor before the separator into part[size] and moves *cursor
 * behind it. A part that does not fit becomes "too long", which is not a number; cut
 * short it might be a wrong one. */
static void next_part(const char **cursor, char separator, size_t size, char *part)
{
    const char *end = strchr(*cursor, separator);
    const size_t length = end ? (size_t)(end - *cursor) : strlen(*cursor);
    if (length < size)
        snprintf(part, size, "%.*s", (int)length, *cursor);
    else
        snprintf(part, size, "too long");
    *cursor += length + (end ? 1 : 0);
}

/* 0 or the decimal of at most nine digits that lies within `rounding` of a point of a
 * grid: 1 for 0.9999999999999998; otherwise the point. A whole number below 2^53 over a
 * power of ten up to 10^22 is rounded once, so it is what the same digits are read as.
 */
static double simple(double point, double rounding)
{
    static const double most = 1e9;
    const double size = fabs(point);
    double power = 1;
    if (size <= rounding)
        return 0;
    for (int k = 0; k <= 22 && size * power < most; k++, power *= 10) {
        const double digits = floor(size * power + 0.5);
        if (digits >= 1 && fabs(size * power - digits) <= rounding * power)
            return copysign(digits / power, point);
    }
    return point;
}

static int parse_spaced(const char *what, const char *text, struct numbers *numbers,
                        struct error *error)
{
    char kind[32], low_text[64], high_text[64], count_text[64];
    const char *cursor = text;
    double low = 0, high = 0;
    uint64_t count = 0;
    next_part(&cursor, ':', sizeof kind, kind);
    next_part(&cursor, ':', sizeof low_text, low_text);
    next_part(&cursor, ':', sizeof high_text, high_text);
    next_part(&cursor, ':', sizeof count_text, count_text);
    const int logarithmic = strcmp(kind, "log") == 0;
    size_t colons = 0;
    for (const char *c = text; *c; c++)
        colons += *c == ':';
    if (colons != 3 || (!logarithmic && strcmp(kind, "linear") != 0))
        return error_about(error, STATUS_USAGE, what,
                           "'%.200s' is not a grid; allowed are linear:LO:HI:N and "
                           "log:LO:HI:N",
                           text);
    int status = parse_real(what, low_text, &low, error);
    if (status == STATUS_OK)
        status = parse_real(what, high_text, &high, error);
    if (status == STATUS_OK)
        status = parse_count(what, count_text, 2, grid_limit, &count, error);
    if (status != STATUS_OK)
        return status;
    if (logarithmic && (low < 0x1p-1022 || high < 0x1p-1022))
        return error_about(error, STATUS_USAGE, what,
                           "'%.200s': both ends of a logarithmic grid must be > 0",
                           text);
    numbers->value = malloc(count * sizeof *numbers->value);
    if (!numbers->value)
        return error_memory(error, "a grid");
    numbers->count = count;
    const double from = logarithmic ? elementary_log(low) : low;
    const double to = logarithmic ? elementary_log(high) : high;
    /* A few roundings of the ends, by which the points between them may be off: those
     * of logarithms are relative errors of the points. */
    const double rounding = 0x1p-50 * fmax(fabs(from), fabs(to));
    for (size_t i = 0; i < count && !interrupt_pending(); i++) {
        const double share = (double)i / (double)(count - 1);
        const double point = from * (1 - share) + to * share;
        const double value = logarithmic ? elementary_exp(point) : point;
        numbers->value[i] =
            simple(value, logarithmic ? fmax(rounding, 0x1p-50) * value : rounding);
    }
    numbers->value[0] = low;
    numbers->value[count - 1] = high;
    status = interrupt_check(error);
    if (status != STATUS_OK)
        numbers_free(numbers);
    return status;
}

int parse_grid(const char *what, const char *text, struct numbers *numbers,
               struct error *error)
{
    *numbers = (struct numbers){0};
    if (strchr(text, ':'))
        return parse_spaced(what, text, numbers, error);
    size_t capacity = 0;
    const char *cursor = text;
    int status = STATUS_OK;
    do {
        char part[400];
        double value;
        const char *before = cursor;
        if (cursor > text)
            cursor += strspn(cursor, " \t");
        next_part(&cursor, ',', sizeof part, part);
        status = parse_real(what, part, &value, error);
        if (status == STATUS_OK)
            status = numbers_append(numbers, &capacity, value, error);
        /* "1," ends in an empty part, which is not a number. */
        if (status == STATUS_OK && !*cursor && cursor[-1] == ',' && cursor > before)
            status = parse_real(what, "", &value, error);
    } while (status == STATUS_OK && *cursor);
    if (status != STATUS_OK)
        numbers_free(numbers);
    return status;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int check_distinct(const char *what, const struct numbers *numbers,
                          struct error *error)
{
    const size_t size = numbers->count * sizeof *numbers->value;
    char twice[PARSE_TEXT] = "";
    double *sorted = malloc(size);
    if (!sorted)
        return error_memory(error, "a list of numbers");
    memcpy(sorted, numbers->value, size);
    qsort(sorted, numbers->count, sizeof *sorted, compare_doubles);
    for (size_t k = 1; !*twice && k < numbers->count; k++)
        if (sorted[k] == sorted[k - 1])
            parse_text_of(sorted[k], 6, twice);
    free(sorted);
    return *twice
               ? error_about(error, STATUS_USAGE, what,
                             "%s is there twice; allowed are values that differ", twice)
               : STATUS_OK;
}

int parse_values(const char *what, const char *text, struct numbers *numbers,
                 struct error *error)
{
    int status = parse_grid(what, text, numbers, error);
    if (status == STATUS_OK)
        status = check_distinct(what, numbers, error);
    if (status != STATUS_OK)
        numbers_free(numbers);
    return status;
}

/* --- files ------------------------------------------------------------------------ */

/* Said where a comma may have been meant as a decimal point. */
static const char comma_hint[] =
    "; a comma separates numbers, and a decimal point is '.'";

const char *parse_hint(const struct parse_shape *shape)
{
    return shape->commas ? comma_hint : "";
}

/* Whether the text begins with digits, in groups of three behind the first if `apart`
 * stands between them; *end is what follows them. */
static bool has_digits(const char *text, char apart, const char **end)
{
    size_t length = strspn(text, "0123456789");
    const bool found = length > 0;
    while (found && length <= 3 && apart && text[length] == apart &&
           strspn(text + length + 1, "0123456789") == 3) {
        text += length + 1;
        length = 3;
    }
    *end = text + length;
    return found;
}

/* Whether a line is one number as some write it, "1,5", "1.234,5" or "1,234.5", but is
 * read as two. */
static bool looks_like_one(const char *line)
{
    const char *end, *rest;
    line += strspn(line, " \t");
    line += *line == '-' || *line == '+';
    const bool found = has_digits(line, '.', &end) && *end == ',';
    const size_t behind = found ? strspn(end + 1, "0123456789") : 0;
    if (!found || behind == 0)
        return false;
    rest = end + 1 + behind;
    if (*rest == '.' && behind == 3 && end - line <= 3)
        rest += 1 + strspn(rest + 1, "0123456789");
    return rest[strspn(rest, " \t\r\n")] == '\0';
}

/* The number of a token's first letter in its line, from 1. */
static size_t column_of(const char *line, const char *token)
{
    size_t column = 1;
    for (; line < token; line++)
        column +=
            ((unsigned char)*line & 0xC0) != 0x80; /* a letter may be many bytes */
    return column;
}

struct rows {
    struct numbers *numbers;
    size_t capacity;
    struct parse_shape *shape;
    bool may_have_names; /* the first line may be one of names, as that of a table, and
                            a comma at the start of a line follows an empty place */
};

/* The next number of a line or its end. *empty: NULL, or a comma before which a number
 * is missing, such as the second of "1,,2" and, if `first`, the first of ",2"; one
 * comma may end a line. */
static char *next_number(char *at, bool first, const char **empty)
{
    int commas = first ? 1 : 0;
    *empty = NULL;
    for (; *at && strchr(" \t\r\n,", *at); at++)
        if (*at == ',' && ++commas == 2)
            *empty = at;
    return at;
}

/* Appends the numbers of one line; *found counts them. */
static int parse_line(const struct text_file *file, struct rows *rows, size_t *found,
                      struct error *error)
{
    static const char separators[] = " \t\r\n,";
    char *token = file->text;
    const char *empty;
    struct error inner = {.agreed = false};
    token[strcspn(token, "#")] = '\0';
    *found = 0;
    for (;;) {
        double value;
        token = next_number(token, rows->may_have_names && *found == 0, &empty);
        if (empty)
            return error_about(error, STATUS_USAGE, file->quantity,
                               "%.400s, line %lu, column %zu: no number stands before "
                               "this comma; a missing value is not allowed",
                               file->path, file->number, column_of(file->text, empty));
        if (!*token)
            return STATUS_OK;
        char *end = token + strcspn(token, separators);
        const char after = *end;
        int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        *end = '\0';
        status = parse_real("", token, &value, &inner);
        *end = after;
        if (status != STATUS_OK)
            return error_about(error, STATUS_USAGE, file->quantity,
                               "%.400s, line %lu, column %zu: %.450s%s", file->path,
                               file->number, column_of(file->text, token), inner.text,
                               looks_like_one(file->text) ? comma_hint : "");
        token = end;
        if (value <= 0 && !*rows->shape->flat)
            snprintf(rows->shape->flat, sizeof rows->shape->flat, "line %lu",
                     file->number);
        if (numbers_append(rows->numbers, &rows->capacity, value, error) != STATUS_OK)
            return STATUS_MEMORY;
        (*found)++;
    }
}

/* Checks that the line has as many numbers as those above, and counts it. */
static int take_row(const struct text_file *file, struct parse_shape *shape,
                    size_t found, struct error *error)
{
    const bool comma = looks_like_one(file->text);
    if (shape->rows > 0 && found != shape->columns)
        return error_about(
            error, STATUS_USAGE, file->quantity,
            "%.400s, line %lu, column %zu: the line ends after %zu "
            "numbers, but the lines above hold %zu each; all rows must "
            "have the same length%s",
            file->path, file->number,
            column_of(file->text, file->text + strcspn(file->text, "\r\n")), found,
            shape->columns, comma || shape->commas ? comma_hint : "");
    shape->commas = comma && (shape->rows == 0 || shape->commas);
    shape->columns = found;
    shape->rows++;
    shape->last = file->number;
    shape->first = shape->first ? shape->first : file->number;
    return STATUS_OK;
}

/* Whether a line holds names and no number. */
static bool has_names(const char *line)
{
    static const char separators[] = " \t\r\n,";
    bool any = false;
    for (line += strspn(line, separators); *line && *line != '#';
         line += strspn(line, separators)) {
        char *end;
        const size_t length = strcspn(line, separators);
        (void)strtod(line, &end);
        if (end == line + length)
            return false;
        any = true;
        line += length;
    }
    return any;
}

/* The rows of a file up to its end. */
static int parse_rows(struct text_file *file, struct rows *rows, struct error *error)
{
    bool names = rows->may_have_names;
    for (;;) {
        size_t found = 0;
        int status = text_file_line(file, SIZE_MAX, error);
        if (status != STATUS_OK || file->length == 0)
            return status;
        if (names && has_names(file->text)) {
            names = false;
            continue;
        }
        status = parse_line(file, rows, &found, error);
        if (status == STATUS_OK && found > 0)
            status = take_row(file, rows->shape, found, error);
        if (status != STATUS_OK)
            return status;
        names = names && found == 0;
    }
}

/* An array has no lines, so the place of a number is its own number. */
static int parse_array(struct text_file *file, struct rows *rows, struct error *error)
{
    struct parse_shape *shape = rows->shape;
    size_t k = 0;
    const int status =
        npy_read(file, rows->numbers, &shape->rows, &shape->columns, error);
    if (status != STATUS_OK)
        return status;
    while (k < rows->numbers->count && rows->numbers->value[k] > 0)
        k++;
    if (k < rows->numbers->count)
        snprintf(shape->flat, sizeof shape->flat, "place %zu", k + 1);
    return STATUS_OK;
}

static int parse_any(const char *what, const char *path, bool names,
                     struct numbers *numbers, struct parse_shape *shape,
                     struct error *error)
{
    struct text_file file;
    struct rows rows = {.numbers = numbers, .shape = shape, .may_have_names = names};
    *numbers = (struct numbers){0};
    *shape = (struct parse_shape){0};
    int status = text_file_open(&file, what, path, error);
    if (status == STATUS_OK)
        status = npy_is_file(&file) ? parse_array(&file, &rows, error)
                                    : parse_rows(&file, &rows, error);
    if (status == STATUS_OK && numbers->count == 0)
        status = error_about(error, STATUS_USAGE, what,
                             "file '%.400s' holds no numbers", path);
    if (shape->last > 0)
        snprintf(shape->end, sizeof shape->end, ", the last in line %lu", shape->last);
    text_file_close(&file);
    if (status != STATUS_OK)
        numbers_free(numbers);
    return status;
}

int parse_file(const char *what, const char *path, struct numbers *numbers,
               struct parse_shape *shape, struct error *error)
{
    return parse_any(what, path, false, numbers, shape, error);
}

int parse_table(const char *what, const char *path, struct numbers *numbers,
                struct parse_shape *shape, struct error *error)
{
    return parse_any(what, path, true, numbers, shape, error);
}
