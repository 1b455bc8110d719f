/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include "base/interrupt.h"
#include "cli/table_cells.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Returns the block with room for `needed` elements, by doubling it. NULL if memory
 * runs out: block and *capacity then stay as they are. */
static void *enlarge(void *block, size_t *capacity, size_t needed, size_t size)
{
    size_t larger = *capacity ? *capacity : 16;
    while (larger < needed && larger <= SIZE_MAX / 2)
        larger *= 2;
    if (larger < needed || larger > SIZE_MAX / size)
        return NULL;
    void *grown = realloc(block, larger * size);
    if (grown)
        *capacity = larger;
    return grown;
}

int table_init(struct table *table, const struct column *columns, size_t count,
               struct error *error)
{
    assert(count > 0);
    *table = (struct table){0};
    table->columns = calloc(count, sizeof *table->columns);
    if (!table->columns)
        return error_memory(error, "the columns of a table");
    memcpy(table->columns, columns, count * sizeof *columns);
    table->column_count = count;
    table->swept = count;
    return STATUS_OK;
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->note_count; i++) {
        free(table->notes[i].key);
        free(table->notes[i].value);
    }
    free(table->notes);
    free(table->columns);
    free(table->cells);
    free(table->filled);
    free(table->texts);
    text_free(&table->prose);
    text_free(&table->closing);
    *table = (struct table){0};
}

int table_note(struct table *table, const char *key, const char *value,
               struct error *error)
{
    int status = STATUS_OK;
    size_t place = 0;
    struct table_note note = {strdup(key), strdup(value)};
    if (!note.key || !note.value) {
        status = error_memory(error, "the notes of a table");
        goto out;
    }
    while (place < table->note_count && strcmp(table->notes[place].key, key) != 0)
        place++;
    if (place == table->note_capacity) {
        struct table_note *grown =
            enlarge(table->notes, &table->note_capacity, place + 1, sizeof *grown);
        if (!grown) {
            status = error_memory(error, "the notes of a table");
            goto out;
        }
        table->notes = grown;
    }
    if (place == table->note_count)
        table->notes[table->note_count++] = (struct table_note){0};
    /* The old note is freed below. */
    const struct table_note before = table->notes[place];
    table->notes[place] = note;
    note = before;
out:
    free(note.key);
    free(note.value);
    return status;
}

/* A signal ends every program that fills a table. */
int table_row(struct table *table, struct error *error)
{
    const int status = interrupt_check(error);
    if (status != STATUS_OK)
        return status;
    const size_t used = table->rows * table->column_count;
    const size_t needed = used + table->column_count;
    if (needed > table->cell_capacity) {
        union table_cell *grown =
            enlarge(table->cells, &table->cell_capacity, needed, sizeof *grown);
        if (!grown)
            return error_memory(error, "the rows of a table");
        table->cells = grown;
    }
    if (needed > table->filled_capacity) {
        unsigned char *grown =
            enlarge(table->filled, &table->filled_capacity, needed, sizeof *grown);
        if (!grown)
            return error_memory(error, "the rows of a table");
        table->filled = grown;
    }
    memset(table->filled + used, 0, table->column_count);
    table->rows++;
    return STATUS_OK;
}

static size_t cell_index(const struct table *table, size_t row, size_t column,
                         enum column_kind kind)
{
    assert(row < table->rows && column < table->column_count);
    assert(table->columns[column].kind == kind);
    (void)kind;
    return row * table->column_count + column;
}

static int put_text(struct table *table, size_t row, size_t column, const char *value,
                    struct error *error)
{
    const size_t index = cell_index(table, row, column, COLUMN_TEXT);
    table->filled[index] = CELL_EMPTY;
    if (!value)
        return STATUS_OK;
    const size_t above = index - table->column_count;
    if (row > 0 && table->filled[above] == CELL_FILLED &&
        strcmp(table->texts + table->cells[above].text, value) == 0) {
        table->cells[index].text = table->cells[above].text;
    } else {
        const size_t size = strlen(value) + 1, needed = table->text_size + size;
        if (!table->texts || needed > table->text_capacity) {
            char *grown = enlarge(table->texts, &table->text_capacity, needed, 1);
            if (!grown)
                return error_memory(error, "the texts of a table");
            table->texts = grown;
        }
        memcpy(table->texts + table->text_size, value, size);
        table->cells[index].text = table->text_size;
        table->text_size = needed;
    }
    table->filled[index] = CELL_FILLED;
    return STATUS_OK;
}

int table_text(struct table *table, size_t column, const char *value,
               struct error *error)
{
    return put_text(table, table->rows - 1, column, value, error);
}

int table_texts(struct table *table, const char *const *values, size_t count,
                struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        if (values[k])
            status = table_text(table, k, values[k], error);
    return status;
}

void table_real(struct table *table, size_t column, double value)
{
    const size_t index = cell_index(table, table->rows - 1, column, COLUMN_REAL);
    table->filled[index] = isfinite(value) ? CELL_FILLED : CELL_EMPTY;
    table->cells[index].real = value;
}

void table_known(struct table *table, size_t column, double value)
{
    table_real(table, column, value);
    if (!isfinite(value))
        table->filled[(table->rows - 1) * table->column_count + column] = CELL_LOST;
}

void table_count(struct table *table, size_t column, uint64_t value)
{
    const size_t index = cell_index(table, table->rows - 1, column, COLUMN_COUNT);
    table->filled[index] = CELL_FILLED;
    table->cells[index].count = value;
}

size_t table_rows(const struct table *table)
{
    return table->rows;
}

double table_get_number(const struct table *table, size_t row, size_t column)
{
    const enum column_kind kind = table->columns[column].kind;
    const size_t index = cell_index(table, row, column, kind);
    assert(kind != COLUMN_TEXT);
    if (table->filled[index] != CELL_FILLED)
        return NAN;
    return kind == COLUMN_REAL ? table->cells[index].real
                               : (double)table->cells[index].count;
}

const char *table_get_text(const struct table *table, size_t row, size_t column)
{
    const size_t index = cell_index(table, row, column, COLUMN_TEXT);
    return table->filled[index] == CELL_FILLED ? table->texts + table->cells[index].text
                                               : NULL;
}

int table_column(const struct table *table, const char *name)
{
    for (size_t k = 0; k < table->column_count; k++)
        if (strcmp(table->columns[k].name, name) == 0)
            return (int)k;
    return -1;
}

void table_leave_out(struct table *table, enum column_trait trait)
{
    const size_t before = table->column_count, swept = table->swept;
    size_t after = 0, to = 0;
    /* Cells move towards the front, so that none is overwritten before it moved. */
    for (size_t row = 0; row < table->rows; row++)
        for (size_t k = 0; k < before; k++) {
            if (table->columns[k].traits & trait)
                continue;
            table->cells[to] = table->cells[row * before + k];
            table->filled[to++] = table->filled[row * before + k];
        }
    for (size_t k = 0; k < before; k++) {
        if (!(table->columns[k].traits & trait))
            table->columns[after++] = table->columns[k];
        else if (k < swept)
            table->swept--;
    }
    assert(after > 0);
    table->column_count = after;
}

/* --- reasons ---------------------------------------------------------------------- */

/* Adds a column behind the others; its cells are empty. */
static int add_column(struct table *table, struct column column, struct error *error)
{
    const size_t before = table->column_count, after = before + 1, rows = table->rows;
    struct column *columns = realloc(table->columns, after * sizeof *columns);
    if (columns)
        table->columns = columns;
    union table_cell *cells = calloc(rows * after, sizeof *cells);
    unsigned char *filled = calloc(rows * after, sizeof *filled);
    if (!columns || !cells || !filled) {
        free(cells);
        free(filled);
        return error_memory(error, "the columns of a table");
    }
    for (size_t row = 0; row < rows; row++) {
        memcpy(cells + row * after, table->cells + row * before,
               before * sizeof *cells);
        memcpy(filled + row * after, table->filled + row * before, before);
    }
    free(table->cells);
    free(table->filled);
    table->cells = cells;
    table->filled = filled;
    table->cell_capacity = table->filled_capacity = rows * after;
    table->columns[before] = column;
    table->column_count = after;
    return STATUS_OK;
}

/* Says in a row why numbers are missing, unless it says so already. */
static int put_reason(struct table *table, size_t row, const char *text,
                      struct error *error)
{
    static const struct column reason = {TABLE_REASON, COLUMN_TEXT, false};
    if (table_column(table, reason.name) < 0) {
        const int status = add_column(table, reason, error);
        if (status != STATUS_OK)
            return status;
    }
    const size_t column = (size_t)table_column(table, reason.name);
    return table_get_text(table, row, column)
               ? STATUS_OK
               : put_text(table, row, column, text, error);
}

int table_reason(struct table *table, const char *text, struct error *error)
{
    return put_reason(table, table->rows - 1, text, error);
}

/* Names the lost cells of a row in *names, ", a, b". Returns whether all of them are
 * standard errors. */
static bool name_lost(const struct table *table, size_t row, struct text *names)
{
    static const char error_end[] = "stderr";
    const size_t length = sizeof error_end - 1;
    bool errors = true;
    for (size_t k = 0; k < table->column_count; k++) {
        const char *name = table->columns[k].name;
        if (table->filled[row * table->column_count + k] != CELL_LOST)
            continue;
        text_add(names, ", %s", name);
        errors = errors && strlen(name) >= length &&
                 strcmp(name + strlen(name) - length, error_end) == 0;
    }
    return errors;
}

int table_reasons(struct table *table, struct error *error)
{
    const int count = table_column(table, "count");
    int status = STATUS_OK;
    for (size_t row = 0; status == STATUS_OK && row < table->rows; row++) {
        struct text names = {0}, reason = {0};
        const bool errors = name_lost(table, row, &names);
        const double chains =
            count < 0 ? NAN : table_get_number(table, row, (size_t)count);
        status = text_check(&names, "the table", error);
        if (status == STATUS_OK && names.length > 0) {
            if (chains == 0)
                text_add(&reason, "not sampled");
            else if (chains == 1 && errors)
                text_add(&reason, "one chain has no standard error");
            else
                text_add(&reason, "beyond the range of numbers or undefined: %s",
                         text_get(&names) + 2);
            status = text_check(&reason, "the table", error);
            if (status == STATUS_OK)
                status = put_reason(table, row, text_get(&reason), error);
        }
        text_free(&names);
        text_free(&reason);
    }
    return status;
}
