/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/interrupt.h"
#include "base/npy.h"
#include "base/parse.h"
#include "base/whole_file.h"
#include "cli/table_cells.h"
#include "cli/table_sink.h"
#include "cli/table_text.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *table_cell_text(const struct table *table, size_t row, size_t column,
                            int digits, char number[static TABLE_NUMBER_SIZE])
{
    const size_t index = row * table->column_count + column;
    const union table_cell *cell = &table->cells[index];
    const enum column_kind kind = table->columns[column].kind;
    if (table->filled[index] != CELL_FILLED)
        return "";
    if (kind == COLUMN_TEXT)
        return table->texts + cell->text;
    if (kind == COLUMN_COUNT)
        snprintf(number, TABLE_NUMBER_SIZE, "%" PRIu64, cell->count);
    else if (digits == 0)
        parse_text_of(cell->real, 15, number);
    else
        snprintf(number, TABLE_NUMBER_SIZE, "%.*g", digits, cell->real);
    return number;
}

/* Writes text with spaces for line breaks: a note is one line. */
static void put_line(struct sink *sink, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\r\n");
        sink_put_bytes(sink, text, length);
        text += length;
        if (*text) {
            sink_put(sink, " ");
            text++;
        }
    }
}

/* Writes a CSV field. A leading # is quoted too, so that readers do not take the row
 * for a comment. */
static void put_csv(struct sink *sink, const char *text)
{
    if (text[0] != '#' && !strpbrk(text, "\",\r\n")) {
        sink_put(sink, text);
        return;
    }
    sink_put(sink, "\"");
    for (const char *quote = strchr(text, '"'); quote; quote = strchr(text, '"')) {
        sink_put_bytes(sink, text, (size_t)(quote + 1 - text));
        sink_put(sink, "\"");
        text = quote + 1;
    }
    sink_put(sink, text);
    sink_put(sink, "\"");
}

static void put_csv_notes(struct sink *sink, const struct table *table)
{
    for (size_t i = 0; i < table->note_count; i++) {
        sink_put(sink, "# ");
        put_line(sink, table->notes[i].key);
        sink_put(sink, ": ");
        put_line(sink, table->notes[i].value);
        sink_put(sink, "\n");
    }
}

static void put_csv_names(struct sink *sink, const struct table *table)
{
    for (size_t column = 0; column < table->column_count; column++) {
        sink_put(sink, column ? "," : "");
        put_csv(sink, table->columns[column].name);
    }
    sink_put(sink, "\n");
}

static void put_csv_row(struct sink *sink, const struct table *table, size_t row)
{
    char number[TABLE_NUMBER_SIZE];
    for (size_t column = 0; column < table->column_count; column++) {
        const char *text = table_cell_text(table, row, column, 0, number);
        sink_put(sink, column ? "," : "");
        /* Quotes an only cell that is empty: readers skip blank lines. */
        if (table->column_count == 1 && !*text)
            sink_put(sink, "\"\"");
        put_csv(sink, text);
    }
    sink_put(sink, "\n");
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

static int sink_json(const char *bytes, size_t size, void *data)
{
    struct sink *sink = data;
    sink_put_bytes(sink, bytes, size);
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
    char number[TABLE_NUMBER_SIZE];
    if (table->filled[index] != CELL_FILLED)
        sink_put(sink, "null");
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
    sink_put(sink, row ? ",\n{" : "\n{");
    for (size_t column = 0; column < table->column_count; column++) {
        sink_put(sink, column ? ", " : "");
        put_json_text(sink, table->columns[column].name);
        sink_put(sink, ": ");
        put_json_cell(sink, table, row, column);
    }
    sink_put(sink, "}");
}

/* Writes the lines below the rows as an array, a string a line. */
static void put_json_closing(struct sink *sink, const char *line)
{
    sink_put(sink, ",\n\"closing\": [");
    for (bool first = true; *line; first = false) {
        const size_t length = strcspn(line, "\n");
        sink_put(sink, first ? "\n" : ",\n");
        put_json(sink, json_stringn(line, length), 0);
        line += length;
        line += *line == '\n';
    }
    sink_put(sink, "]");
}

/* Writes row by row: a tree of the whole table would be several times its size. */
static void put_table_json(struct sink *sink, const struct table *table)
{
    sink_put(sink, "{\"provenance\": {");
    for (size_t i = 0; i < table->note_count; i++) {
        sink_put(sink, i ? ",\n" : "\n");
        put_json_text(sink, table->notes[i].key);
        sink_put(sink, ": ");
        put_json_text(sink, table->notes[i].value);
    }
    sink_put(sink, "},\n\"columns\": [");
    for (size_t column = 0; column < table->column_count; column++) {
        sink_put(sink, column ? ", " : "");
        put_json_text(sink, table->columns[column].name);
    }
    sink_put(sink, "],\n\"rows\": [");
    for (size_t row = 0; row < table->rows && !sink->failure; row++)
        put_json_row(sink, table, row);
    sink_put(sink, "]");
    if (table->closing.length > 0)
        put_json_closing(sink, text_get(&table->closing));
    sink_put(sink, "}\n");
}

/* Writes a cell; Markdown's own characters are escaped, and a line break becomes a
 * blank.
 */
static void put_markdown_cell(struct sink *sink, const char *text)
{
    for (; *text; text++) {
        if (strchr("|\\`*<[", *text))
            sink_put(sink, "\\");
        sink_put_bytes(sink, (unsigned char)*text < ' ' || *text == 0x7F ? " " : text,
                       1);
    }
}

/* Writes a line. Below line 0, the names, comes the line that aligns columns of
 * numbers.
 */
static void put_markdown_line(struct sink *sink, const struct table *table, size_t line)
{
    char number[TABLE_NUMBER_SIZE];
    for (size_t column = 0; column < table->column_count; column++) {
        if (table->columns[column].traits & COLUMN_DETAIL)
            continue;
        sink_put(sink, "| ");
        put_markdown_cell(
            sink, line == 0 ? table->columns[column].name
                            : table_cell_text(table, line - 1, column, 6, number));
        sink_put(sink, " ");
    }
    sink_put(sink, "|\n");
    for (size_t column = 0; line == 0 && column < table->column_count; column++)
        if (!(table->columns[column].traits & COLUMN_DETAIL))
            sink_put(sink,
                     table->columns[column].kind == COLUMN_TEXT ? "| --- " : "| ---: ");
    sink_put(sink, line == 0 ? "|\n" : "");
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
    size_t line;
};

static void put_closing(struct sink *sink, const struct table *table, size_t line)
{
    if (table->closing.length == 0)
        return;
    sink_put(sink, "\n");
    table_text_lines(sink, text_get(&table->closing), line);
}

static int put_table(FILE *file, void *context)
{
    const struct writing *writing = context;
    struct sink sink = {file, 0};
    if (writing->table->prose.length > 0) {
        table_text_lines(&sink, text_get(&writing->table->prose), writing->line);
        return sink.failure;
    }
    switch (writing->format) {
    case TABLE_TEXT:
    case TABLE_COLOR:
        table_text_rows(&sink, writing->table, writing->line,
                        writing->format == TABLE_COLOR);
        put_closing(&sink, writing->table, writing->line);
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
        put_closing(&sink, writing->table, 0);
        break;
    }
    return sink.failure;
}

int table_write(const struct table *table, const char *path, enum table_format format,
                size_t line, struct error *error)
{
    struct writing writing = {table, format, line};
    return whole_file_write("output", path, put_table, &writing, error);
}
