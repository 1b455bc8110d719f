/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_choice.h"

#include "base/elementary.h"
#include "cli/options.h"
#include "cli/plot_source.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char rule_column[] = "optimizer";

static bool is_text(const struct table *table, int column)
{
    return table->columns[column].kind == COLUMN_TEXT;
}

/* --- values ----------------------------------------------------------------------- */

void plot_columns_find(struct plot_columns *columns, const struct plot *plot,
                       const struct table *table)
{
    const struct plot_value *values[PLOT_SERIES] = {&plot->paper, &plot->exact,
                                                    &plot->measured};
    *columns = (struct plot_columns){
        .table = table,
        .series = plot->series ? table_column(table, plot->series) : -1,
        .error = plot->error ? table_column(table, plot->error) : -1};
    for (int s = 0; s < PLOT_SERIES; s++)
        columns->value[s] =
            values[s]->column ? table_column(table, values[s]->column) : -1;
}

double plot_value_of(const struct plot_columns *columns, size_t row,
                     enum plot_series series)
{
    static const char *const names[PLOT_SERIES] = {"paper", "exact", "measured"};
    const int column = columns->value[series];
    if (column < 0)
        return NAN;
    if (columns->series >= 0) {
        const char *whose =
            table_get_text(columns->table, row, (size_t)columns->series);
        if (!whose || strcmp(whose, names[series]) != 0)
            return NAN;
    }
    const double number = table_get_number(columns->table, row, (size_t)column);
    return fabs(number) <= PLOT_LARGEST ? number : (double)NAN;
}

static bool row_has_number(const struct plot_columns *columns, size_t row)
{
    for (int s = 0; s < PLOT_SERIES; s++)
        if (!isnan(plot_value_of(columns, row, (enum plot_series)s)))
            return true;
    return false;
}

/* Finds the columns that have numbers. */
static int find_values(struct plot_choice *choice, struct error *error)
{
    struct plot_columns *columns = &choice->columns;
    bool any = false;
    plot_columns_find(columns, choice->plot, choice->table);
    for (int s = 0; s < PLOT_SERIES; s++) {
        bool found = false;
        for (size_t row = 0; row < choice->table->rows && !found; row++)
            found = !isnan(plot_value_of(columns, row, (enum plot_series)s));
        if (!found)
            columns->value[s] = -1;
        any = any || found;
    }
    return any ? STATUS_OK
               : error_about(error, STATUS_OUTPUT, "plot",
                             "no row has a number to draw");
}

/* --- axes ------------------------------------------------------------------------- */

static int compare_numbers(const void *first, const void *second)
{
    const double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

/* Sets the axis to a column and its numbers. STATUS_MEMORY. */
static int axis_take(struct plot_axis *axis, const struct table *table, int column,
                     struct error *error)
{
    size_t count = 0;
    free(axis->value);
    *axis = (struct plot_axis){.column = column};
    axis->value = calloc(table->rows + 1, sizeof *axis->value);
    if (!axis->value)
        return error_memory(error, "the plot");
    for (size_t row = 0; row < table->rows; row++) {
        const double number = table_get_number(table, row, (size_t)column);
        if (fabs(number) <= PLOT_LARGEST)
            axis->value[count++] = number;
    }
    qsort(axis->value, count, sizeof *axis->value, compare_numbers);
    for (size_t k = 0; k < count; k++)
        if (k == 0 || axis->value[k] > axis->value[axis->count - 1])
            axis->value[axis->count++] = axis->value[k];
    return STATUS_OK;
}

/* How much the widest step between values is wider than the narrowest one. */
static double unevenness(const struct plot_axis *axis, bool logarithmic)
{
    double narrow = INFINITY, wide = 0;
    for (size_t k = 1; k < axis->count; k++) {
        const double *value = &axis->value[k];
        const double step = logarithmic
                                ? elementary_log(value[0]) - elementary_log(value[-1])
                                : value[0] - value[-1];
        narrow = fmin(narrow, step);
        wide = fmax(wide, step);
    }
    return wide / narrow;
}

enum plot_scale plot_axis_scale(const struct plot_axis *axis, const char *column,
                                const struct options *options)
{
    const char *text = plot_source_text(options, column);
    if (axis->count < 2 || !(axis->value[0] > 0))
        return PLOT_LINEAR;
    if (text && strncmp(text, "log:", 4) == 0)
        return PLOT_LOG;
    if (text && strncmp(text, "linear:", 7) == 0)
        return PLOT_LINEAR;
    if (axis->count == 2)
        return axis->value[1] >= 10 * axis->value[0] ? PLOT_LOG : PLOT_LINEAR;
    return unevenness(axis, true) < unevenness(axis, false) ? PLOT_LOG : PLOT_LINEAR;
}

/* The same for a map, whose cells are equally wide; those of a short list have names.
 */
static enum plot_scale map_scale(const struct plot_axis *axis, const char *column,
                                 const struct options *options)
{
    if (axis->count <= 12 && !plot_source_is_grid(options, column))
        return PLOT_UNEVEN;
    const enum plot_scale scale = plot_axis_scale(axis, column, options);
    return unevenness(axis, scale == PLOT_LOG) < 1.01 ? scale : PLOT_UNEVEN;
}

/* --- keys ------------------------------------------------------------------------- */

struct keys {
    int *column; /* column[count] */
    int count;
};

/* Adds a column, or notes that it is all the same. STATUS_MEMORY. */
static int add_key(struct plot_choice *choice, struct keys *keys, int column,
                   struct error *error)
{
    struct groups groups;
    if (column < 0 || column == choice->columns.series)
        return STATUS_OK;
    keys->column[keys->count++] = column;
    /* A column that only numbers the rows is not mentioned. */
    if (choice->table->columns[column].kind == COLUMN_COUNT)
        return STATUS_OK;
    const int status = groups_init(&groups, choice->table, error);
    if (status == STATUS_OK) {
        groups_refine(&groups, column);
        size_t values = groups.count;
        for (size_t row = 0; row < choice->table->rows; row++)
            if (is_text(choice->table, column)
                    ? !table_get_text(choice->table, row, (size_t)column)
                    : isnan(table_get_number(choice->table, row, (size_t)column))) {
                values--;
                break;
            }
        if (values == 1)
            choice->same[choice->sames++] = column;
    }
    groups_free(&groups);
    return status;
}

/* Drops the keys that follow from the ones before them. STATUS_MEMORY. */
static int reduce(const struct table *table, struct keys *keys, struct error *error)
{
    struct groups groups;
    size_t count = 1;
    int kept = 0;
    const int status = groups_init(&groups, table, error);
    for (int k = 0; status == STATUS_OK && k < keys->count; k++) {
        groups_refine(&groups, keys->column[k]);
        if (groups.count > count)
            keys->column[kept++] = keys->column[k];
        count = groups.count;
    }
    keys->count = kept;
    groups_free(&groups);
    return status;
}

static int collect_keys(struct plot_choice *choice, struct keys *keys,
                        struct error *error)
{
    const struct table *table = choice->table;
    const struct plot *plot = choice->plot;
    /* The rule comes first, in names too. */
    int status = add_key(choice, keys, table_column(table, rule_column), error);
    for (size_t k = 0; status == STATUS_OK && plot->keys[k]; k++)
        if (strcmp(plot->keys[k], rule_column) != 0)
            status = add_key(choice, keys, table_column(table, plot->keys[k]), error);
    for (size_t k = table->swept; status == STATUS_OK && k < table->column_count; k++)
        if (strcmp(table->columns[k].name, TABLE_REASON) != 0)
            status = add_key(choice, keys, (int)k, error);
    return status == STATUS_OK ? reduce(table, keys, error) : status;
}

/* Whether the numbers of the axis were asked for as such: curvatures, steps or a rule's
 * parameter, not which replica a row is about. */
static bool is_asked(const struct plot_choice *choice, const struct plot_axis *axis,
                     const struct options *options)
{
    const struct column *column = &choice->table->columns[axis->column];
    return column->kind == COLUMN_REAL || plot_source_text(options, column->name);
}

/* Whether the numbers of the axis are about one of two modes. */
static bool is_mode(const struct plot_choice *choice, const struct plot_axis *axis)
{
    static const char *const names[] = {"h_i", "h_j", "i", "j"};
    const char *name = choice->table->columns[axis->column].name;
    bool found = false;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        found = found || strcmp(name, names[k]) == 0;
    return found;
}

/* Two grids are a map, and so are matrices and two lists that are too long for curves.
 */
static bool make_map(const struct plot_choice *choice, const struct options *options)
{
    const struct plot_axis *x = &choice->x, *y = &choice->y;
    const struct column *columns = choice->table->columns;
    if (x->column >= 0 && y->column >= 0 && is_mode(choice, x) && is_mode(choice, y))
        return true;
    if (x->column < 0 || y->column < 0 || x->count < 3 || y->count < 3)
        return false;
    if (plot_source_is_grid(options, columns[x->column].name) &&
        plot_source_is_grid(options, columns[y->column].name))
        return true;
    return x->count > PLOT_CURVES && y->count > PLOT_CURVES &&
           is_asked(choice, x, options) && is_asked(choice, y, options);
}

/* Finds the axes: the keys that take most numbers. STATUS_MEMORY. */
static int choose_axes(struct plot_choice *choice, const struct keys *keys,
                       const struct options *options, struct error *error)
{
    const struct table *table = choice->table;
    struct plot_axis axis = {.column = -1};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < keys->count; k++) {
        if (is_text(table, keys->column[k]))
            continue;
        status = axis_take(&axis, table, keys->column[k], error);
        struct plot_axis *to = axis.count > choice->x.count   ? &choice->x
                               : axis.count > choice->y.count ? &choice->y
                                                              : NULL;
        if (status != STATUS_OK || !to || axis.count < 2)
            continue;
        if (to == &choice->x) {
            free(choice->y.value);
            choice->y = choice->x;
            choice->x = (struct plot_axis){.column = -1};
        }
        free(to->value);
        *to = axis;
        axis = (struct plot_axis){.column = -1};
    }
    free(axis.value);
    if (status != STATUS_OK)
        return status;
    choice->kind = choice->x.column < 0        ? PLOT_BELOW
                   : make_map(choice, options) ? PLOT_OVER
                                               : PLOT_ALONG;
    if (choice->kind == PLOT_ALONG)
        choice->x.scale =
            plot_axis_scale(&choice->x, table->columns[choice->x.column].name, options);
    if (choice->kind != PLOT_OVER)
        choice->y.column = -1;
    else {
        choice->x.scale =
            map_scale(&choice->x, table->columns[choice->x.column].name, options);
        choice->y.scale =
            map_scale(&choice->y, table->columns[choice->y.column].name, options);
    }
    return STATUS_OK;
}

/* --- parts ------------------------------------------------------------------------ */

static int parts_init(struct plot_parts *parts, const struct table *table,
                      struct error *error)
{
    parts->key = calloc(PLOT_KEYS + table->column_count, sizeof *parts->key);
    return parts->key ? groups_init(&parts->groups, table, error)
                      : error_memory(error, "the plot");
}

static void parts_add(struct plot_parts *parts, int column)
{
    parts->key[parts->keys++] = column;
    groups_refine(&parts->groups, column);
}

/* Draws at most `most` of the groups that have a number: evenly chosen ones, the first
 * and the last among them, or the first ones. STATUS_MEMORY. */
static int parts_draw(struct plot_parts *parts, const struct plot_choice *choice,
                      size_t most, bool evenly, struct error *error)
{
    const size_t count = parts->groups.count;
    size_t there = 0;
    size_t *full = calloc(count + 1, sizeof *full);
    bool *seen = calloc(count + 1, sizeof *seen);
    parts->place = calloc(count + 1, sizeof *parts->place);
    parts->first = calloc(count + 1, sizeof *parts->first);
    if (!full || !seen || !parts->place || !parts->first) {
        free(full);
        free(seen);
        return error_memory(error, "the plot");
    }
    for (size_t row = 0; row < choice->table->rows; row++)
        if (row_has_number(&choice->columns, row))
            seen[parts->groups.of[row]] = true;
    for (size_t k = 0; k < count; k++) {
        parts->place[k] = SIZE_MAX;
        if (seen[k])
            full[there++] = k;
    }
    parts->drawn = there < most ? there : most;
    for (size_t k = 0; k < parts->drawn; k++) {
        const size_t at =
            evenly && parts->drawn > 1
                ? (2 * k * (there - 1) + parts->drawn - 1) / (2 * (parts->drawn - 1))
                : k;
        parts->place[full[at]] = k;
        parts->first[k] = groups_first(&parts->groups, full[at]);
    }
    free(full);
    free(seen);
    return STATUS_OK;
}

/* Whether two rows would be drawn at the same place. STATUS_MEMORY. */
static int find_doubles(const struct plot_choice *choice, bool *doubles,
                        struct error *error)
{
    struct groups all;
    const int status = groups_init(&all, choice->table, error);
    if (status == STATUS_OK) {
        for (int k = 0; k < choice->panels.keys; k++)
            groups_refine(&all, choice->panels.key[k]);
        for (int k = 0; k < choice->curves.keys; k++)
            groups_refine(&all, choice->curves.key[k]);
        *doubles = all.count < choice->table->rows;
    }
    groups_free(&all);
    return status;
}

static size_t count_series(const struct plot_choice *choice)
{
    size_t count = 0;
    for (int s = 0; s < PLOT_SERIES; s++)
        count += plot_has(choice, (enum plot_series)s);
    return count > 0 ? count : 1; /* find_values has seen to that */
}

/* Each key that is no axis tells panels apart or curves. STATUS_MEMORY. */
static int choose_parts(struct plot_choice *choice, const struct keys *keys,
                        struct error *error)
{
    const struct table *table = choice->table;
    bool doubles = false;
    int status = parts_init(&choice->panels, table, error);
    if (status == STATUS_OK)
        status = parts_init(&choice->curves, table, error);
    if (status != STATUS_OK)
        return status;
    for (int k = 0; k < keys->count; k++) {
        const int column = keys->column[k];
        const bool quantity = is_text(table, column) &&
                              strcmp(table->columns[column].name, rule_column) != 0;
        if (column == choice->x.column || column == choice->y.column)
            continue;
        parts_add(choice->kind == PLOT_OVER || quantity ? &choice->panels
                                                        : &choice->curves,
                  column);
    }
    if (choice->kind == PLOT_BELOW && choice->columns.series < 0)
        status = find_doubles(choice, &doubles, error);
    if (status != STATUS_OK)
        return status;
    for (size_t row = 0; doubles && row < table->rows; row++) {
        choice->curves.groups.of[row] = row;
        choice->curves.groups.count = row + 1;
    }
    const size_t panels =
        choice->kind == PLOT_OVER ? PLOT_PANELS / count_series(choice) : PLOT_PANELS;
    status = parts_draw(&choice->panels, choice, panels, false, error);
    if (status == STATUS_OK)
        status = parts_draw(&choice->curves, choice,
                            choice->kind == PLOT_BELOW ? PLOT_ROWS : PLOT_CURVES,
                            choice->kind == PLOT_ALONG, error);
    return status;
}

static void parts_free(struct plot_parts *parts)
{
    free(parts->key);
    free(parts->place);
    free(parts->first);
    groups_free(&parts->groups);
}

void plot_choice_free(struct plot_choice *choice)
{
    free(choice->x.value);
    free(choice->y.value);
    free(choice->same);
    parts_free(&choice->panels);
    parts_free(&choice->curves);
    *choice = (struct plot_choice){0};
}

int plot_choose(struct plot_choice *choice, const struct plot *plot,
                const struct table *table, const struct options *options,
                struct error *error)
{
    struct keys keys = {0};
    *choice = (struct plot_choice){
        .plot = plot, .table = table, .x = {.column = -1}, .y = {.column = -1}};
    int status = find_values(choice, error);
    if (status != STATUS_OK)
        return status;
    keys.column = calloc(PLOT_KEYS + table->column_count, sizeof *keys.column);
    choice->same = calloc(PLOT_KEYS + table->column_count, sizeof *choice->same);
    status = keys.column && choice->same ? collect_keys(choice, &keys, error)
                                         : error_memory(error, "the plot");
    if (status == STATUS_OK)
        status = choose_axes(choice, &keys, options, error);
    if (status == STATUS_OK)
        status = choose_parts(choice, &keys, error);
    free(keys.column);
    return status;
}
