#include "cli/plot_drawing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- rows in groups --------------------------------------------------------------- */

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* Empty cells come first and are all alike. */
static int compare_values(const struct plot_entry *a, const struct plot_entry *b)
{
    if (a->text || b->text)
        return !a->text ? -1 : !b->text ? 1 : strcmp(a->text, b->text);
    if (isnan(a->number) || isnan(b->number))
        return !isnan(a->number) - !isnan(b->number);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_entries(const void *first, const void *second)
{
    const struct plot_entry *a = first, *b = second;
    const int group = compare_sizes(a->group, b->group), value = compare_values(a, b);
    return group ? group : value ? value : compare_sizes(a->row, b->row);
}

/* The rows by group, then by what they have in a column, then as they stand. */
void plot_drawing_sort(const struct table *table, const struct plot_groups *groups,
                       size_t column, struct plot_entry *entry)
{
    const bool text = table->columns[column].kind == COLUMN_TEXT;
    for (size_t row = 0; row < table->rows; row++)
        entry[row] = (struct plot_entry){
            groups->of[row], row,
            text ? (double)NAN : table_get_number(table, row, column),
            text ? table_get_text(table, row, column) : NULL};
    qsort(entry, table->rows, sizeof *entry, compare_entries);
}

/* The groups cut up further by a column; `fine` may be `groups`. */
static void refine(const struct table *table, const struct plot_groups *groups,
                   size_t column, struct plot_entry *entry, struct plot_groups *fine)
{
    plot_drawing_sort(table, groups, column, entry);
    size_t leader = 0;
    for (size_t k = 0; k < table->rows; k++) {
        if (k > 0 && (entry[k].group != entry[k - 1].group ||
                      compare_values(&entry[k], &entry[k - 1]) != 0))
            leader = k;
        fine->of[entry[k].row] = entry[leader].row;
    }
    fine->count = 0;
    for (size_t row = 0; row < table->rows; row++)
        fine->of[row] = fine->of[row] == row ? fine->count++ : fine->of[fine->of[row]];
}

/* --- what is drawn ---------------------------------------------------------------- */

/* NaN: none, or none that can be drawn. */
double plot_drawing_number(double x)
{
    return fabs(x) <= PLOT_LARGEST ? x : (double)NAN;
}

double plot_drawing_get(const struct plot_drawing *d, size_t row, int column)
{
    return column < 0
               ? (double)NAN
               : plot_drawing_number(table_get_number(d->table, row, (size_t)column));
}

static bool has_numbers(const struct plot_drawing *d, int column)
{
    for (size_t row = 0; row < d->table->rows; row++)
        if (isfinite(plot_drawing_get(d, row, column)))
            return true;
    return false;
}

static void find_columns(struct plot_drawing *d)
{
    const struct plot_value *value = d->plot->value;
    for (const char *name = d->plot->keys; *name;) {
        char word[64];
        const size_t length = strcspn(name, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, name);
        const int column = table_column(d->table, word);
        if (column >= 0)
            d->key[d->keys++] = column;
        name += length;
        name += strspn(name, " ");
    }
    for (size_t k = d->table->swept; k < d->table->column_count; k++)
        d->key[d->keys++] = (int)k;
    for (int v = 0; v < PLOT_VALUES && value[v].column; v++) {
        const int column = table_column(d->table, value[v].column);
        if (!has_numbers(d, column))
            continue;
        d->value[d->values] = &value[v];
        d->column[d->values] = column;
        d->error[d->values++] =
            value[v].error ? table_column(d->table, value[v].error) : -1;
    }
}

static void one_group(const struct plot_drawing *d, struct plot_groups *groups)
{
    memset(groups->of, 0, d->table->rows * sizeof *groups->of);
    groups->count = 1;
}

/* How many texts or numbers a column takes. *row: one that has it. */
size_t plot_drawing_count(struct plot_drawing *d, int column, size_t *row)
{
    one_group(d, &d->try);
    refine(d->table, &d->try, (size_t)column, d->entry, &d->try);
    /* An empty cell is none; those come first. */
    *row = d->entry[d->table->rows - 1].row;
    return d->try.count - (!d->entry[0].text && isnan(d->entry[0].number) ? 1 : 0);
}

/* The keys that tell rows apart, of which the axis is one, and those that follow from
 * the ones before them are none. */
static void choose_keys(struct plot_drawing *d)
{
    size_t most = 1, groups = 1, row;
    d->axis = -1;
    one_group(d, &d->curves);
    for (int k = 0; k < d->keys; k++) {
        refine(d->table, &d->curves, (size_t)d->key[k], d->entry, &d->curves);
        if (d->curves.count == groups)
            continue;
        groups = d->curves.count;
        d->kept[d->kept_count++] = d->key[k];
        const size_t count = plot_drawing_count(d, d->key[k], &row);
        if (d->table->columns[d->key[k]].kind == COLUMN_TEXT || count <= most)
            continue;
        most = count;
        d->axis = d->key[k];
    }
}

/* What has the same keys but that of the axis is a curve. */
static void choose_curves(struct plot_drawing *d)
{
    int kept = 0;
    one_group(d, &d->curves);
    for (int k = 0; k < d->kept_count; k++) {
        if (d->kept[k] == d->axis)
            continue;
        refine(d->table, &d->curves, (size_t)d->kept[k], d->entry, &d->curves);
        d->kept[kept++] = d->kept[k];
    }
    d->kept_count = kept;
    d->low = HUGE_VAL;
    d->high = -HUGE_VAL;
    for (size_t row = 0; row < d->table->rows; row++) {
        const double x = plot_drawing_get(d, row, d->axis);
        d->low = fmin(d->low, x);
        d->high = fmax(d->high, x);
    }
}

/* A curve's first row in the table; they are numbered in this order. */
size_t plot_drawing_first_row(const struct plot_drawing *d, size_t curve)
{
    size_t row = 0;
    while (d->curves.of[row] != curve)
        row++;
    return row;
}

void plot_drawing_free(struct plot_drawing *d)
{
    free(d->key);
    free(d->kept);
    free(d->curves.of);
    free(d->try.of);
    free(d->entry);
}

int plot_drawing_init(struct plot_drawing *d, const struct plot *plot,
                      const struct table *table, const struct plot_style *style,
                      struct error *error)
{
    const size_t rows = table->rows;
    *d = (struct plot_drawing){.plot = plot, .table = table, .style = style};
    /* A key that is swept may be named, too. */
    const size_t most = 2 * table->column_count;
    d->key = calloc(most, sizeof *d->key);
    d->kept = calloc(most, sizeof *d->kept);
    if (!d->key || !d->kept)
        return error_memory(error, "the plot");
    find_columns(d);
    if (d->values == 0)
        return error_about(error, STATUS_OUTPUT, "plot", "no row has a number to draw");
    d->curves.of = calloc(rows, sizeof *d->curves.of);
    d->try.of = calloc(rows, sizeof *d->try.of);
    d->entry = calloc(rows, sizeof *d->entry);
    if (!d->curves.of || !d->try.of || !d->entry)
        return error_memory(error, "the plot");
    choose_keys(d);
    choose_curves(d);
    return STATUS_OK;
}
