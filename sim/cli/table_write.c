/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/interrupt.h"
#include "base/npy.h"
#include "base/parse.h"
#include "base/whole_file.h"
#include "cli/table_cells.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = PARSE_TEXT }; /* also holds 20 digits and a zero byte */

/* A stream that keeps the errno of the first failure and writes nothing after it. A
 * signal is a failure, EINTR. */
struct sink {
    FILE *file;
    int failure;
};

static void put_bytes(struct sink *sink, const char *bytes, size_t size)
{
    if (!sink->failure && interrupt_pending())
        sink->failure = EINTR;
    if (!sink->failure && fwrite(bytes, 1, size, sink->file) < size)
        sink->failure = errno ? errno : EIO;
}

static void put(struct sink *sink, const char *text)
{
    put_bytes(sink, text, strlen(text));
}

/* The cell as text, "" if empty; a number is written into number[]. */
static const char *cell_text(const struct table *table, size_t row, size_t column,
                             bool all_digits, char number[static NUMBER_SIZE])
{
    const size_t index = row * table->column_count + column;
    const union table_cell *cell = &table->cells[index];
    const enum column_kind kind = table->columns[column].kind;
    if (table->filled[index] != CELL_FILLED)
        return "";
    if (kind == COLUMN_TEXT)
        return table->texts + cell->text;
    if (kind == COLUMN_COUNT)
        snprintf(number, NUMBER_SIZE, "%" PRIu64, cell->count);
    else if (all_digits)
        parse_text_of(cell->real, 15, number);
    else
        snprintf(number, NUMBER_SIZE, "%.6g", cell->real);
    return number;
}

/* Writes text with spaces for line breaks: a note is one line. */
static void put_line(struct sink *sink, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\r\n");
        put_bytes(sink, text, length);
        text += length;
        if (*text) {
            put(sink, " ");
            text++;
        }
    }
}

/* Writes a CSV field. A leading # is quoted too, so that readers do not take the row
 * for a comment. */
static void put_csv(struct sink *sink, const char *text)
{
    if (text[0] != '#' && !strpbrk(text, "\",\r\n")) {
        put(sink, text);
        return;
    }
    put(sink, "\"");
    for (const char *quote = strchr(text, '"'); quote; quote = strchr(text, '"')) {
        put_bytes(sink, text, (size_t)(quote + 1 - text));
        put(sink, "\"");
        text = quote + 1;
    }
    put(sink, text);
    put(sink, "\"");
}

static void put_csv_notes(struct sink *sink, const struct table *table)
{
    for (size_t i = 0; i < table->note_count; i++) {
        put(sink, "# ");
        put_line(sink, table->notes[i].key);
        put(sink, ": ");
        put_line(sink, table->notes[i].value);
        put(sink, "\n");
    }
}

static void put_csv_names(struct sink *sink, const struct table *table)
{
    for (size_t column = 0; column < table->column_count; column++) {
        put(sink, column ? "," : "");
        put_csv(sink, table->columns[column].name);
    }
    put(sink, "\n");
}

static void put_csv_row(struct sink *sink, const struct table *table, size_t row)
{
    char number[NUMBER_SIZE];
    for (size_t column = 0; column < table->column_count; column++) {
        const char *text = cell_text(table, row, column, true, number);
        put(sink, column ? "," : "");
        /* Quotes an only cell that is empty: readers skip blank lines. */
        if (table->column_count == 1 && !*text)
            put(sink, "\"\"");
        put_csv(sink, text);
    }
    put(sink, "\n");
}

static void put_table_csv(struct sink *sink, const struct table *table)
{
    put_csv_notes(sink, table);
    put_csv_names(sink, table);
    for (size_t row = 0; row < table->rows && !sink->failure; row++)
        put_csv_row(sink, table, row);
}

void table_csv_notes(const struct table *table, FILE *file)
{
    put_csv_notes(&(struct sink){file, 0}, table);
}

void table_csv_names(const struct table *table, FILE *file)
{
    put_csv_names(&(struct sink){file, 0}, table);
}

void table_csv_row(const struct table *table, size_t row, FILE *file)
{
    put_csv_row(&(struct sink){file, 0}, table, row);
}

static int sink_json(const char *bytes, size_t size, void *data)
{
    struct sink *sink = data;
    put_bytes(sink, bytes, size);
    return sink->failure ? -1 : 0;
}

/* Writes the value and frees it; NULL means that jansson ran out of memory. */
static void put_json(struct sink *sink, json_t *value, size_t flags)
{
    if (!sink->failure && !value)
        sink->failure = ENOMEM;
    if (!sink->failure &&
        json_dump_callback(value, sink_json, sink, JSON_ENCODE_ANY | flags) != 0 &&
        !sink->failure)
        sink->failure = ENOMEM;
    json_decref(value);
}

/* jansson refuses text that is not UTF-8. A file name may be Latin-1, which must not
 * cost the results of a long run. */
static json_t *json_readable(const char *text)
{
    json_t *value = json_string(text);
    char *ascii = value ? NULL : strdup(text);
    if (ascii) {
        for (char *c = ascii; *c; c++)
            *c = (unsigned char)*c < 0x80 ? *c : '?';
        value = json_string(ascii);
    }
    free(ascii);
    return value;
}

static void put_json_text(struct sink *sink, const char *text)
{
    put_json(sink, json_readable(text), 0);
}

static void put_json_cell(struct sink *sink, const struct table *table, size_t row,
                          size_t column)
{
    const size_t index = row * table->column_count + column;
    const union table_cell *cell = &table->cells[index];
    const enum column_kind kind = table->columns[column].kind;
    char number[NUMBER_SIZE];
    if (table->filled[index] != CELL_FILLED)
        put(sink, "null");
    else if (kind == COLUMN_TEXT)
        put_json_text(sink, table->texts + cell->text);
    else if (kind == COLUMN_REAL)
        put_json(sink, json_real(cell->real),
                 JSON_REAL_PRECISION((size_t)parse_text_of(cell->real, 15, number)));
    else if (cell->count <= INT64_MAX)
        put_json(sink, json_integer((json_int_t)cell->count), 0);
    else
        put_json(sink, json_real((double)cell->count), JSON_REAL_PRECISION(17));
}

static void put_json_row(struct sink *sink, const struct table *table, size_t row)
{
    put(sink, row ? ",\n{" : "\n{");
    for (size_t column = 0; column < table->column_count; column++) {
        put(sink, column ? ", " : "");
        put_json_text(sink, table->columns[column].name);
        put(sink, ": ");
        put_json_cell(sink, table, row, column);
    }
    put(sink, "}");
}

/* Writes row by row: a tree of the whole table would be several times its size. */
static void put_table_json(struct sink *sink, const struct table *table)
{
    put(sink, "{\"provenance\": {");
    for (size_t i = 0; i < table->note_count; i++) {
        put(sink, i ? ",\n" : "\n");
        put_json_text(sink, table->notes[i].key);
        put(sink, ": ");
        put_json_text(sink, table->notes[i].value);
    }
    put(sink, "},\n\"columns\": [");
    for (size_t column = 0; column < table->column_count; column++) {
        put(sink, column ? ", " : "");
        put_json_text(sink, table->columns[column].name);
    }
    put(sink, "],\n\"rows\": [");
    for (size_t row = 0; row < table->rows && !sink->failure; row++)
        put_json_row(sink, table, row);
    put(sink, "]}\n");
}

/* The number of characters of a UTF-8 text: its bytes except continuation bytes. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

/* Writes text with blanks for control characters. The blanks at its end are only
 * counted in *blanks; they are written if something follows on the line. */
static void put_solid(struct sink *sink, const char *text, size_t *blanks)
{
    for (; *text; text++) {
        if ((unsigned char)*text <= ' ' || *text == 0x7F) {
            ++*blanks;
            continue;
        }
        for (; *blanks > 0; --*blanks)
            put(sink, " ");
        put_bytes(sink, text, 1);
    }
}

/* The text in a line: line 0 has the names of the columns, line i the cells of row i
 * - 1.
 */
static const char *aligned_text(const struct table *table, size_t line, size_t column,
                                char number[static NUMBER_SIZE])
{
    return line == 0 ? table->columns[column].name
                     : cell_text(table, line - 1, column, false, number);
}

/* The code that begins a verdict's colour; NULL: none. Nearly all colour-blind people
 * can tell blue from yellow, and every terminal shows bold. */
static const char *verdict_color(const char *column, const char *word)
{
    static const char *const colors[][2] = {
        {"holds", "\033[94m"},      {"holds in the limit", "\033[94m"},
        {"fails", "\033[1;33m"},    {"inconclusive", "\033[1m"},
        {"not sampled", "\033[1m"}, {"better", "\033[94m"},
        {"worse", "\033[1;33m"},
    };
    static const char verdict[] = "verdict";
    const size_t length = strlen(column), ending = sizeof verdict - 1;
    if (length < ending || strcmp(column + length - ending, verdict) != 0)
        return NULL;
    for (size_t k = 0; k < sizeof colors / sizeof *colors; k++)
        if (strcmp(word, colors[k][0]) == 0)
            return colors[k][1];
    return NULL;
}

/* put_solid in colour; the colour has no width. */
static void put_colored(struct sink *sink, const char *color, const char *text,
                        size_t *blanks)
{
    for (; *blanks > 0; --*blanks)
        put(sink, " ");
    put(sink, color);
    put(sink, text);
    put(sink, "\033[0m");
}

static void put_text_line(struct sink *sink, const struct table *table, size_t line,
                          const size_t *widths, bool colored)
{
    size_t blanks = 0, gap = 0;
    char number[NUMBER_SIZE];
    for (size_t column = 0; column < table->column_count; column++) {
        if (table->columns[column].traits & COLUMN_DETAIL)
            continue;
        const char *text = aligned_text(table, line, column, number);
        const size_t padding = widths[column] - width_of(text);
        const bool left = table->columns[column].kind == COLUMN_TEXT;
        blanks += gap + (left ? 0 : padding);
        const char *color = colored && line > 0
                                ? verdict_color(table->columns[column].name, text)
                                : NULL;
        if (color)
            put_colored(sink, color, text, &blanks);
        else
            put_solid(sink, text, &blanks);
        blanks += left ? padding : 0;
        gap = 2;
    }
    put(sink, "\n");
}

static void put_table_text(struct sink *sink, const struct table *table, bool colored)
{
    char number[NUMBER_SIZE];
    size_t *widths = calloc(table->column_count, sizeof *widths);
    if (!widths) {
        sink->failure = ENOMEM;
        return;
    }
    for (size_t line = 0; line <= table->rows && !interrupt_pending(); line++) {
        for (size_t column = 0; column < table->column_count; column++) {
            const size_t width = width_of(aligned_text(table, line, column, number));
            if (width > widths[column])
                widths[column] = width;
        }
    }
    for (size_t line = 0; line <= table->rows && !sink->failure; line++)
        put_text_line(sink, table, line, widths, colored);
    free(widths);
}

/* Writes a cell; Markdown's own characters are escaped, and a line break becomes a
 * blank.
 */
static void put_markdown_cell(struct sink *sink, const char *text)
{
    for (; *text; text++) {
        if (strchr("|\\`*<[", *text))
            put(sink, "\\");
        put_bytes(sink, (unsigned char)*text < ' ' || *text == 0x7F ? " " : text, 1);
    }
}

/* Writes a line. Below line 0, the names, comes the line that aligns columns of
 * numbers.
 */
static void put_markdown_line(struct sink *sink, const struct table *table, size_t line)
{
    char number[NUMBER_SIZE];
    for (size_t column = 0; column < table->column_count; column++) {
        if (table->columns[column].traits & COLUMN_DETAIL)
            continue;
        put(sink, "| ");
        put_markdown_cell(sink, aligned_text(table, line, column, number));
        put(sink, " ");
    }
    put(sink, "|\n");
    for (size_t column = 0; line == 0 && column < table->column_count; column++)
        if (!(table->columns[column].traits & COLUMN_DETAIL))
            put(sink,
                table->columns[column].kind == COLUMN_TEXT ? "| --- " : "| ---: ");
    put(sink, line == 0 ? "|\n" : "");
}

static void put_table_markdown(struct sink *sink, const struct table *table)
{
    for (size_t line = 0; line <= table->rows && !sink->failure; line++)
        put_markdown_line(sink, table, line);
}

/* ---- arrays ---- */

static void put_number(struct sink *sink, double value)
{
    if (!sink->failure && interrupt_pending())
        sink->failure = EINTR;
    if (!sink->failure)
        sink->failure = npy_write_number(sink->file, value);
}

static void put_table_npy(struct sink *sink, const struct table *table)
{
    const struct table_array *array = &table->array;
    size_t numbers = 0;
    for (size_t column = 0; column < table->column_count; column++)
        numbers += table->columns[column].kind != COLUMN_TEXT;
    const size_t size[] = {table->rows, numbers};
    sink->failure = array->dimensions > 0
                        ? npy_write_header(sink->file, array->dimensions, array->size)
                        : npy_write_header(sink->file, 2, size);
    for (size_t row = 0; row < table->rows; row++)
        for (size_t column = 0; column < table->column_count; column++)
            if (array->dimensions > 0 ? column == array->column
                                      : table->columns[column].kind != COLUMN_TEXT)
                put_number(sink, table_get_number(table, row, column));
}

/* ---- output ---- */

struct writing {
    const struct table *table;
    enum table_format format;
};

static void put_closing(struct sink *sink, const struct table *table)
{
    if (table->closing.length == 0)
        return;
    put(sink, "\n");
    put(sink, text_get(&table->closing));
}

static int put_table(FILE *file, void *context)
{
    const struct writing *writing = context;
    struct sink sink = {file, 0};
    if (writing->table->prose.length > 0) {
        put(&sink, text_get(&writing->table->prose));
        return sink.failure;
    }
    switch (writing->format) {
    case TABLE_TEXT:
    case TABLE_COLOR:
        put_table_text(&sink, writing->table, writing->format == TABLE_COLOR);
        put_closing(&sink, writing->table);
        break;
    case TABLE_CSV:
        put_table_csv(&sink, writing->table);
        break;
    case TABLE_JSON:
        put_table_json(&sink, writing->table);
        break;
    case TABLE_NPY:
        put_table_npy(&sink, writing->table);
        break;
    case TABLE_MARKDOWN:
        put_table_markdown(&sink, writing->table);
        put_closing(&sink, writing->table);
        break;
    }
    return sink.failure;
}

int table_write(const struct table *table, const char *path, enum table_format format,
                struct error *error)
{
    struct writing writing = {table, format};
    return whole_file_write("output", path, put_table, &writing, error);
}
