/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parse.h"

#include "base/elementary.h"
#include "base/interrupt.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t grid_limit = 10000000;
static const size_t largest_file = (size_t)1 << 28; /* bytes */

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
    else if (*end)
        why = "has letters after the number";
    else if (errno == ERANGE && fabs(*value) <= 1)
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
    for (size_t i = 0; i < count; i++) {
        const double share = (double)i / (double)(count - 1);
        const double point = from * (1 - share) + to * share;
        numbers->value[i] = logarithmic ? elementary_exp(point) : point;
    }
    numbers->value[0] = low;
    numbers->value[count - 1] = high;
    return STATUS_OK;
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

/* Appends the numbers of one line; *found counts them. */
static int parse_line(const char *what, char *line, struct numbers *numbers,
                      size_t *capacity, size_t *found, struct error *error)
{
    static const char separators[] = " \t\r\n,";
    char *rest = NULL;
    int status = STATUS_OK;
    line[strcspn(line, "#")] = '\0';
    *found = 0;
    for (char *token = strtok_r(line, separators, &rest); token && status == STATUS_OK;
         token = strtok_r(NULL, separators, &rest)) {
        double value;
        status = parse_real(what, token, &value, error);
        if (status == STATUS_OK)
            status = numbers_append(numbers, capacity, value, error);
        (*found)++;
    }
    return status;
}

struct line {
    char *text;
    size_t length, size;
};

/* Appends a byte. False if memory runs out. */
static bool line_append(struct line *line, int c)
{
    if (line->length == line->size) {
        const size_t larger = line->size ? 2 * line->size : 256;
        char *grown = realloc(line->text, larger);
        if (!grown)
            return false;
        line->text = grown;
        line->size = larger;
    }
    line->text[line->length++] = (char)c;
    return true;
}

/* Puts a zero byte behind the text. False if memory runs out. */
static bool line_end(struct line *line)
{
    const bool done = line_append(line, '\0');
    line->length -= done;
    return done;
}

/* Reads the next line with its newline; length 0 means the end of the file. Because a
 * device may be endless, reading stops at a zero byte, which no text has, after *left
 * bytes (counted down), and at Ctrl-C. */
static int read_line(const char *what, FILE *file, size_t *left, struct line *line,
                     struct error *error)
{
    int c = 0, status = STATUS_OK;
    line->length = 0;
    while (status == STATUS_OK && c != '\n' && (c = getc(file)) != EOF) {
        if (c == '\0')
            return error_about(error, STATUS_USAGE, what,
                               "holds a zero byte, so it is not a text file");
        if ((*left)-- == 0)
            return error_about(error, STATUS_USAGE, what,
                               "the file is too large; allowed are up to 2^28 bytes");
        if (interrupt_pending())
            status = error_set(error, STATUS_INTERRUPTED, "interrupted");
        else if (!line_append(line, c))
            status = error_memory(error, "a line");
    }
    if (status == STATUS_OK && line->length > 0 && !line_end(line))
        status = error_memory(error, "a line");
    return status;
}

long parse_text_line(FILE *file, size_t most, char **text, size_t *size)
{
    struct line line = {*text, 0, *size};
    bool room = true;
    for (int c = 0; room && line.length < most && c != '\n' && (c = getc(file)) != EOF;)
        room = line_append(&line, c);
    room = room && line_end(&line);
    *text = line.text;
    *size = line.size;
    return room && line.length > 0 ? (long)line.length : -1;
}

static int cannot_read(const char *what, const char *path, struct error *error)
{
    if (interrupt_pending())
        return error_set(error, STATUS_INTERRUPTED, "interrupted");
    return error_about(error, STATUS_USAGE, what, "cannot read '%.400s': %s", path,
                       strerror(errno));
}

/* Puts the path and the line number before the text of the error. */
static void locate(const char *what, const char *path, unsigned long line,
                   struct error *error)
{
    const struct error inner = *error;
    if (*inner.quantity)
        error_write_about(error, what, "%.400s, line %lu: %.500s", path, line,
                          inner.text);
}

/* The rows of a file up to its end, or to what is wrong in line *line_number. */
static int parse_rows(const char *what, FILE *file, struct numbers *numbers,
                      size_t *rows, size_t *columns, unsigned long *line_number,
                      struct error *error)
{
    size_t capacity = 0, left = largest_file;
    struct line line = {0};
    int status;
    for (;;) {
        size_t found = 0;
        (*line_number)++;
        status = read_line(what, file, &left, &line, error);
        if (status != STATUS_OK || line.length == 0)
            break;
        status = parse_line(what, line.text, numbers, &capacity, &found, error);
        if (status != STATUS_OK)
            break;
        if (found == 0)
            continue;
        if (*rows > 0 && found != *columns) {
            status = error_about(error, STATUS_USAGE, what,
                                 "the line holds %zu numbers, but the lines above hold "
                                 "%zu each; all rows must have the same length",
                                 found, *columns);
            break;
        }
        *columns = found;
        (*rows)++;
    }
    free(line.text);
    return status;
}

int parse_file(const char *what, const char *path, struct numbers *numbers,
               size_t *rows, size_t *columns, struct error *error)
{
    int status;
    unsigned long line_number = 0;
    *numbers = (struct numbers){0};
    *rows = *columns = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return cannot_read(what, path, error);
    errno = 0;
    status = parse_rows(what, file, numbers, rows, columns, &line_number, error);
    if (status != STATUS_OK)
        locate(what, path, line_number, error);
    else if (ferror(file))
        status = cannot_read(what, path, error);
    else if (numbers->count == 0)
        status = error_about(error, STATUS_USAGE, what,
                             "file '%.400s' holds no numbers", path);
    fclose(file);
    if (status != STATUS_OK)
        numbers_free(numbers);
    return status;
}
