/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Gnuplot's own limit is 9e307, and an axis reaches beyond its numbers. */
static const double largest = 1e307;

/* A row while rows are sorted: its group, and what it has in a column. */
struct entry {
    size_t group, row;
    double number;
    const char *text;
};

/* The rows of a table in groups, numbered by where they first appear. */
struct groups {
    size_t *of; /* a row's group */
    size_t count;
};

struct drawing {
    const struct table *table;
    int paper, exact, measured, error; /* columns; -1: none */
    int *key, keys;                    /* the columns that tell rows apart, and */
    int axis;                          /* the one along the axis; -1: none */
    struct text apart, same; /* names: what tells curves apart, and is all the same */
    struct groups curves, other;
    struct entry *entry;
};

/* --- rows in groups --------------------------------------------------------------- */

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* Empty cells come first and are all alike. */
static int compare_values(const struct entry *a, const struct entry *b)
{
    if (a->text || b->text)
        return !a->text ? -1 : !b->text ? 1 : strcmp(a->text, b->text);
    if (isnan(a->number) || isnan(b->number))
        return !isnan(a->number) - !isnan(b->number);
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_entries(const void *first, const void *second)
{
    const struct entry *a = first, *b = second;
    const int group = compare_sizes(a->group, b->group), value = compare_values(a, b);
    return group ? group : value ? value : compare_sizes(a->row, b->row);
}

static bool is_text(const struct drawing *d, int column)
{
    return d->table->columns[column].kind == COLUMN_TEXT;
}

/* The rows by group, then by what they have in a column, then as they stand. */
static void sort(struct drawing *d, const struct groups *groups, int column)
{
    const size_t rows = d->table->rows, k = (size_t)column;
    for (size_t row = 0; row < rows; row++)
        d->entry[row] = (struct entry){
            .group = groups->of[row],
            .row = row,
            .number =
                is_text(d, column) ? (double)NAN : table_get_number(d->table, row, k),
            .text = is_text(d, column) ? table_get_text(d->table, row, k) : NULL,
        };
    qsort(d->entry, rows, sizeof *d->entry, compare_entries);
}

static void one_group(const struct drawing *d, struct groups *groups)
{
    memset(groups->of, 0, d->table->rows * sizeof *groups->of);
    groups->count = 1;
}

/* Cuts the groups up further by a column. */
static void refine(struct drawing *d, struct groups *groups, int column)
{
    sort(d, groups, column);
    size_t leader = 0;
    for (size_t k = 0; k < d->table->rows; k++) {
        const struct entry *entry = &d->entry[k];
        if (k > 0 &&
            (entry->group != entry[-1].group || compare_values(entry, entry - 1) != 0))
            leader = k;
        groups->of[entry->row] = d->entry[leader].row;
    }
    groups->count = 0;
    for (size_t row = 0; row < d->table->rows; row++)
        groups->of[row] =
            groups->of[row] == row ? groups->count++ : groups->of[groups->of[row]];
}

/* How many texts or numbers a column takes; an empty cell is none. */
static size_t count_values(struct drawing *d, int column)
{
    one_group(d, &d->other);
    refine(d, &d->other, column);
    const bool empty = !d->entry[0].text && isnan(d->entry[0].number);
    return d->other.count - (empty ? 1 : 0);
}

/* --- what is drawn ---------------------------------------------------------------- */

/* Whether the row has a number that can be drawn; column -1 has none. */
static bool has_number(const struct drawing *d, size_t row, int column)
{
    return column >= 0 &&
           fabs(table_get_number(d->table, row, (size_t)column)) <= largest;
}

/* A column that has numbers; -1: there is none of that name. */
static int find_value(const struct drawing *d, const char *name)
{
    const int column = name ? table_column(d->table, name) : -1;
    for (size_t row = 0; row < d->table->rows; row++)
        if (has_number(d, row, column))
            return column;
    return -1;
}

static void add_name(const struct drawing *d, struct text *names, int column)
{
    text_add(names, "%s%s", names->length ? " " : "", d->table->columns[column].name);
}

static void add_key(struct drawing *d, int column)
{
    if (column < 0)
        return;
    d->key[d->keys++] = column;
    /* A column that only numbers the rows is not mentioned. */
    if (d->table->columns[column].kind != COLUMN_COUNT && count_values(d, column) == 1)
        add_name(d, &d->same, column);
}

/* The keys that tell rows apart, of which the axis is one; those that follow from the
 * ones before them are dropped. */
static void choose_axis(struct drawing *d)
{
    const int keys = d->keys;
    size_t most = 1, groups = 1;
    d->axis = -1;
    d->keys = 0;
    one_group(d, &d->curves);
    for (int k = 0; k < keys; k++) {
        const int column = d->key[k];
        refine(d, &d->curves, column);
        if (d->curves.count == groups)
            continue;
        groups = d->curves.count;
        d->key[d->keys++] = column;
        const size_t count = is_text(d, column) ? 0 : count_values(d, column);
        if (count <= most)
            continue;
        most = count;
        d->axis = column;
    }
}

/* What has the same keys but that of the axis is a curve; without one, every row is. */
static void choose_curves(struct drawing *d)
{
    one_group(d, &d->curves);
    for (int k = 0; k < d->keys; k++) {
        if (d->key[k] == d->axis)
            continue;
        refine(d, &d->curves, d->key[k]);
        add_name(d, &d->apart, d->key[k]);
    }
    for (size_t row = 0; d->axis < 0 && row < d->table->rows; row++) {
        d->curves.of[row] = row;
        d->curves.count = row + 1;
    }
}

/* Whether one of the first curves has a number to draw. */
static bool has_numbers(const struct drawing *d, size_t curves)
{
    for (size_t row = 0; row < d->table->rows; row++)
        if (d->curves.of[row] < curves &&
            (has_number(d, row, d->paper) || has_number(d, row, d->exact) ||
             has_number(d, row, d->measured)))
            return true;
    return false;
}

static void drawing_free(struct drawing *d)
{
    free(d->key);
    text_free(&d->apart);
    text_free(&d->same);
    free(d->curves.of);
    free(d->other.of);
    free(d->entry);
}

/* drawing_free is legal after a failure. */
static int drawing_init(struct drawing *d, const struct plot *plot,
                        const struct table *table, struct error *error)
{
    const size_t rows = table->rows;
    *d = (struct drawing){.table = table};
    d->paper = find_value(d, plot->paper.column);
    d->exact = find_value(d, plot->exact.column);
    d->measured = find_value(d, plot->measured.column);
    d->error = find_value(d, plot->error);
    if (d->paper < 0 && d->exact < 0 && d->measured < 0)
        return error_about(error, STATUS_OUTPUT, "plot", "no row has a number to draw");
    d->key = calloc(PLOT_KEYS + table->column_count, sizeof *d->key);
    d->curves.of = calloc(rows, sizeof *d->curves.of);
    d->other.of = calloc(rows, sizeof *d->other.of);
    d->entry = calloc(rows, sizeof *d->entry);
    if (!d->key || !d->curves.of || !d->other.of || !d->entry)
        return error_memory(error, "the plot");
    for (size_t k = 0; plot->keys[k]; k++)
        add_key(d, table_column(table, plot->keys[k]));
    for (size_t k = table->swept; k < table->column_count; k++)
        if (strcmp(table->columns[k].name, TABLE_REASON) != 0)
            add_key(d, (int)k);
    choose_axis(d);
    choose_curves(d);
    const int status = text_check(&d->apart, "the plot", error);
    return status == STATUS_OK ? text_check(&d->same, "the plot", error) : status;
}

/* --- the script ------------------------------------------------------------------- */

/* A text of gnuplot's between single quotes, where nothing but these has a meaning.
 * What is no letter, or none that an svg may hold, is a question mark: a file's name,
 * which a caption may have, need not be text. NULL: none. */
static void put_text(FILE *stream, const char *name, const char *text)
{
    json_t *letters = json_string(text); /* NULL where it is not UTF-8 */
    fprintf(stream, "%s = '", name);
    for (const char *c = text ? text : ""; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool none = byte < ' ' || byte == 0x7F || (byte >= 0x80 && !letters) ||
                          strncmp(c, "\xEF\xBF\xBE", 3) == 0 ||
                          strncmp(c, "\xEF\xBF\xBF", 3) == 0;
        fputs(byte == '\'' ? "'" : "", stream);
        fputc(none ? '?' : *c, stream);
        c += none && letters && byte >= 0x80 ? 2 : 0;
    }
    fputs("'\n", stream);
    json_decref(letters);
}

static const char *name_of(const struct drawing *d, int column)
{
    return column < 0 ? NULL : d->table->columns[column].name;
}

/* The first curves, each after the names of the columns. */
static void put_table(struct drawing *d, FILE *stream, size_t curves)
{
    fprintf(stream, "$table << END\n");
    table_csv_notes(d->table, stream);
    sort(d, &d->curves, d->axis < 0 ? 0 : d->axis);
    for (size_t k = 0; k < d->table->rows && d->entry[k].group < curves; k++) {
        const struct entry *entry = &d->entry[k];
        if (k > 0 && entry->group != entry[-1].group)
            fprintf(stream, "\n\n");
        if (k == 0 || entry->group != entry[-1].group)
            table_csv_names(d->table, stream);
        table_csv_row(d->table, entry->row, stream);
        /* A rule without the parameter is a level line from one end to the other. */
        if (d->axis >= 0 && isnan(entry->number))
            table_csv_row(d->table, entry->row, stream);
    }
    fprintf(stream, "END\n");
}

static void put_script(struct drawing *d, const struct plot *plot, const char *caption,
                       FILE *stream, size_t curves)
{
    put_text(stream, "label", plot->label);
    put_text(stream, "plain_label", plot->plain ? plot->plain : plot->label);
    put_text(stream, "caption", caption);
    put_text(stream, "axis", name_of(d, d->axis));
    put_text(stream, "apart", text_get(&d->apart));
    put_text(stream, "same", text_get(&d->same));
    put_text(stream, "paper", name_of(d, d->paper));
    put_text(stream, "exact", name_of(d, d->exact));
    put_text(stream, "measured", name_of(d, d->measured));
    put_text(stream, "error", name_of(d, d->error));
    put_text(stream, "paper_title", plot->paper.title);
    put_text(stream, "exact_title", plot->exact.title);
    put_text(stream, "measured_title", plot->measured.title);
    fprintf(stream, "LARGEST = %g\ncurves = %zu\n", largest, curves);
    put_table(d, stream, curves);
}

int plot_write(const struct plot *plot, const struct table *table, const char *caption,
               FILE *stream, struct plot_extent *extent, struct error *error)
{
    struct drawing d;
    int status = drawing_init(&d, plot, table, error);
    if (status == STATUS_OK) {
        const size_t most = d.axis < 0 ? PLOT_ROWS : PLOT_CURVES;
        extent->what = d.axis < 0 ? "rows" : "curves";
        extent->there = d.curves.count;
        extent->drawn = extent->there < most ? extent->there : most;
        if (has_numbers(&d, extent->drawn))
            put_script(&d, plot, caption, stream, extent->drawn);
        else
            status = error_about(error, STATUS_OUTPUT, "plot",
                                 "none of the first %zu of %zu %s has a number to draw",
                                 extent->drawn, extent->there, extent->what);
    }
    drawing_free(&d);
    return status;
}
