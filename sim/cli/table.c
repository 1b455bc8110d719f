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

int table_text(struct table *table, size_t column, const char *value,
               struct error *error)
{
    const size_t index = cell_index(table, table->rows - 1, column, COLUMN_TEXT);
    table->filled[index] = 0;
    if (!value)
        return STATUS_OK;
    const size_t above = index - table->column_count;
    if (table->rows > 1 && table->filled[above] &&
        strcmp(table->texts + table->cells[above].text, value) == 0) {
        table->cells[index].text = table->cells[above].text;
    } else {
        const size_t size = strlen(value) + 1, needed = table->text_size + size;
        if (needed > table->text_capacity) {
            char *grown = enlarge(table->texts, &table->text_capacity, needed, 1);
            if (!grown)
                return error_memory(error, "the texts of a table");
            table->texts = grown;
        }
        memcpy(table->texts + table->text_size, value, size);
        table->cells[index].text = table->text_size;
        table->text_size = needed;
    }
    table->filled[index] = 1;
    return STATUS_OK;
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
    table->filled[index] = isfinite(value) ? 1 : 0;
    table->cells[index].real = value;
}

void table_count(struct table *table, size_t column, uint64_t value)
{
    const size_t index = cell_index(table, table->rows - 1, column, COLUMN_COUNT);
    table->filled[index] = 1;
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
    if (!table->filled[index])
        return NAN;
    return kind == COLUMN_REAL ? table->cells[index].real
                               : (double)table->cells[index].count;
}

const char *table_get_text(const struct table *table, size_t row, size_t column)
{
    const size_t index = cell_index(table, row, column, COLUMN_TEXT);
    return table->filled[index] ? table->texts + table->cells[index].text : NULL;
}

int table_column(const struct table *table, const char *name)
{
    for (size_t k = 0; k < table->column_count; k++)
        if (strcmp(table->columns[k].name, name) == 0)
            return (int)k;
    return -1;
}
