/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row while rows are sorted: its group, and what it has in a column. */
struct groups_entry {
    size_t group, row;
    double number;
    const char *text;
};

static struct groups_entry entry_of(const struct table *table, size_t row, int column)
{
    const bool text = table->columns[column].kind == COLUMN_TEXT;
    return (struct groups_entry){
        .row = row,
        .number = text ? (double)NAN : table_get_number(table, row, (size_t)column),
        .text = text ? table_get_text(table, row, (size_t)column) : NULL,
    };
}

/* Empty cells come first and are all alike. */
static int compare_values(const struct groups_entry *a, const struct groups_entry *b)
{
    if (a->text || b->text)
        return !a->text ? -1 : !b->text ? 1 : strcmp(a->text, b->text);
    if (isnan(a->number) || isnan(b->number))
        return !isnan(a->number) - !isnan(b->number);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_entries(const void *first, const void *second)
{
    const struct groups_entry *a = first, *b = second;
    const int group = compare_sizes(a->group, b->group), value = compare_values(a, b);
    return group ? group : value ? value : compare_sizes(a->row, b->row);
}

int groups_init(struct groups *groups, const struct table *table, struct error *error)
{
    const size_t rows = table->rows;
    *groups = (struct groups){.table = table, .count = rows > 0};
    groups->of = calloc(rows + 1, sizeof *groups->of);
    groups->entry = calloc(rows + 1, sizeof *groups->entry);
    return groups->of && groups->entry ? STATUS_OK : error_memory(error, "the plot");
}

void groups_free(struct groups *groups)
{
    free(groups->of);
    free(groups->entry);
    *groups = (struct groups){0};
}

void groups_refine(struct groups *groups, int column)
{
    const size_t rows = groups->table->rows;
    size_t *of = groups->of, leader = 0;
    for (size_t row = 0; row < rows; row++) {
        groups->entry[row] = entry_of(groups->table, row, column);
        groups->entry[row].group = of[row];
    }
    qsort(groups->entry, rows, sizeof *groups->entry, compare_entries);
    for (size_t k = 0; k < rows; k++) {
        const struct groups_entry *entry = &groups->entry[k];
        if (k > 0 &&
            (entry->group != entry[-1].group || compare_values(entry, entry - 1) != 0))
            leader = k;
        of[entry->row] = groups->entry[leader].row;
    }
    groups->count = 0;
    for (size_t row = 0; row < rows; row++)
        of[row] = of[row] == row ? groups->count++ : of[of[row]];
}

size_t groups_first(const struct groups *groups, size_t group)
{
    size_t row = 0;
    while (row + 1 < groups->table->rows && groups->of[row] != group)
        row++;
    return row;
}

bool groups_same_cell(const struct table *a, size_t row_a, int column_a,
                      const struct table *b, size_t row_b, int column_b)
{
    const struct groups_entry one = entry_of(a, row_a, column_a),
                              other = entry_of(b, row_b, column_b);
    return compare_values(&one, &other) == 0;
}
