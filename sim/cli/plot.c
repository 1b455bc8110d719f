/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"

#include "cli/plot_script.h"
#include "cli/plot_words.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* --- points ----------------------------------------------------------------------- */

static int compare_points(const void *first, const void *second)
{
    const struct point *a = first, *b = second;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    if (a->x < b->x || a->x > b->x)
        return a->x < b->x ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* The part of the picture that a row is in; SIZE_MAX: none. */
static size_t part_of(const struct script *script, size_t row)
{
    const struct plot_parts *panels = &script->choice->panels,
                            *curves = &script->choice->curves;
    const size_t panel = panels->place[panels->groups.of[row]],
                 curve = curves->place[curves->groups.of[row]];
    return panel == SIZE_MAX || curve == SIZE_MAX ? SIZE_MAX
                                                  : panel * script->curves + curve;
}

/* The place of the group that has the same in its keys as a row of the finer table. */
static size_t place_of(const struct plot_parts *parts, const struct table *table,
                       const struct table *fine, size_t row)
{
    for (size_t place = 0; place < parts->drawn; place++) {
        bool same = true;
        for (int k = 0; same && k < parts->keys; k++) {
            const char *name = table->columns[parts->key[k]].name;
            const int column = table_column(fine, name);
            same = column >= 0 && groups_same_cell(table, parts->first[place],
                                                   parts->key[k], fine, row, column);
        }
        if (same)
            return place;
    }
    return SIZE_MAX;
}

static int find_points(struct script *script, struct error *error)
{
    const struct plot_choice *choice = script->choice;
    const struct table *table = choice->table, *fine = script->view->fine;
    const char *axis =
        choice->x.column >= 0 ? table->columns[choice->x.column].name : NULL;
    const int column = fine && axis ? table_column(fine, axis) : -1;
    script->point = calloc(table->rows + 1, sizeof *script->point);
    if (!script->point)
        return error_memory(error, "the plot");
    for (size_t row = 0; row < table->rows; row++)
        script->point[row] = (struct point){
            part_of(script, row),
            axis ? table_get_number(table, row, (size_t)choice->x.column) : (double)NAN,
            row};
    qsort(script->point, table->rows, sizeof *script->point, compare_points);
    if (column < 0 || choice->kind != PLOT_ALONG)
        return STATUS_OK;
    script->fine = calloc(fine->rows + 1, sizeof *script->fine);
    if (!script->fine)
        return error_memory(error, "the plot");
    plot_columns_find(&script->fine_columns, choice->plot, fine);
    for (size_t row = 0; row < fine->rows; row++) {
        const size_t panel = place_of(&choice->panels, table, fine, row),
                     curve = place_of(&choice->curves, table, fine, row);
        script->fine[row] = (struct point){
            panel == SIZE_MAX || curve == SIZE_MAX ? SIZE_MAX
                                                   : panel * script->curves + curve,
            table_get_number(fine, row, (size_t)column), row};
    }
    qsort(script->fine, fine->rows, sizeof *script->fine, compare_points);
    return STATUS_OK;
}

/* --- ranges ----------------------------------------------------------------------- */

/* Whether two panels are about the same quantity, whose values are on one scale. */
static bool same_quantity(const struct plot_choice *choice, size_t a, size_t b)
{
    const struct plot_parts *panels = &choice->panels;
    for (int k = 0; k < panels->keys; k++) {
        const struct column *column = &choice->table->columns[panels->key[k]];
        if (column->kind == COLUMN_TEXT && strcmp(column->name, "optimizer") != 0 &&
            !groups_same_cell(choice->table, panels->first[a], panels->key[k],
                              choice->table, panels->first[b], panels->key[k]))
            return false;
    }
    return true;
}

static void see_row(struct script *script, struct plot_range *range, size_t row)
{
    const struct plot_columns *columns = &script->choice->columns;
    plot_range_see(range, plot_value_of(columns, row, PLOT_PAPER), 0);
    plot_range_see(range, plot_value_of(columns, row, PLOT_EXACT), 0);
    plot_range_see(range, plot_value_of(columns, row, PLOT_MEASURED),
                   script->choice->kind == PLOT_OVER ? 0 : script_error(script, row));
}

static int find_ranges(struct script *script, struct error *error)
{
    const struct plot_choice *choice = script->choice;
    const struct table *fine = script->view->fine;
    script->range = calloc(script->panels + 1, sizeof *script->range);
    if (!script->range)
        return error_memory(error, "the plot");
    for (size_t p = 0; p < script->panels; p++) {
        struct plot_range *range = &script->range[p];
        for (size_t k = 0; k < choice->table->rows; k++) {
            const struct point *point = &script->point[k];
            if (point->part < script->panels * script->curves &&
                same_quantity(choice, point->part / script->curves, p))
                see_row(script, range, point->row);
        }
        for (size_t k = 0; script->fine && k < fine->rows; k++)
            if (script->fine[k].part / script->curves == p) {
                const size_t row = script->fine[k].row;
                plot_range_see_between(
                    range, plot_value_of(&script->fine_columns, row, PLOT_PAPER));
                plot_range_see_between(
                    range, plot_value_of(&script->fine_columns, row, PLOT_EXACT));
            }
        plot_range_forget_zero(range);
        range->logarithmic = plot_range_spans(range);
        if (range->seen)
            plot_range_close(range, choice->kind == PLOT_OVER ? 0 : 0.05);
    }
    for (size_t k = 0; k < choice->x.count; k++)
        plot_range_see(&script->x, choice->x.value[k], 0);
    script->x.logarithmic = choice->x.scale == PLOT_LOG;
    if (script->x.seen)
        plot_range_close(&script->x, 0.03);
    return STATUS_OK;
}

static void put_range(const struct script *script, const char *array, size_t index,
                      const struct plot_range *range)
{
    fprintf(script->stream,
            "%s_LOW[%zu] = %.17g\n%s_HIGH[%zu] = %.17g\n%s_LOG[%zu] = %d\n", array,
            index, range->low, array, index, range->high, array, index,
            range->logarithmic);
}

/* --- names ------------------------------------------------------------------------ */

/* The names of curves, and of each the rule whose colour it has. */
static void put_names(const struct script *script, struct text *text)
{
    const struct plot_choice *choice = script->choice;
    const int column = table_column(choice->table, "optimizer");
    fprintf(script->stream, "curves = %zu\narray NAME[%zu]\narray RULE[%zu]\n",
            script->curves, script->curves, script->curves);
    for (size_t c = 0; c < script->curves; c++) {
        const size_t row = choice->curves.first[c];
        const char *rule =
            column < 0 ? NULL : table_get_text(choice->table, row, (size_t)column);
        char name[32];
        plot_words_row(choice, choice->curves.key, choice->curves.keys, row,
                       script->view->plain, text);
        snprintf(name, sizeof name, "NAME[%zu]", c + 1);
        script_words(script, name, text);
        snprintf(name, sizeof name, "RULE[%zu]", c + 1);
        script_text(script->stream, name, rule ? rule : "-", text);
    }
}

static void put_panels(const struct script *script, struct text *text)
{
    const struct plot_choice *choice = script->choice;
    fprintf(script->stream,
            "panels = %zu\narray PANEL[%zu]\narray V_LOW[%zu]\narray V_HIGH[%zu]\n"
            "array V_LOG[%zu]\n",
            script->panels, script->panels, script->panels, script->panels,
            script->panels);
    for (size_t p = 0; p < script->panels; p++) {
        char name[32];
        plot_words_row(choice, choice->panels.key, choice->panels.keys,
                       choice->panels.first[p], script->view->plain, text);
        snprintf(name, sizeof name, "PANEL[%zu]", p + 1);
        script_words(script, name, text);
        put_range(script, "V", p + 1, &script->range[p]);
    }
}

static void put_number(FILE *stream, const char *name, double number)
{
    fprintf(stream, "%s = %.17g\n", name, number);
}

/* --- all -------------------------------------------------------------------------- */

/* What table.gp says of its variables; there is one for each. */
static void put_head(const struct script *script, struct text *text)
{
    static const char *const kinds[] = {"along", "below", "over"};
    const struct plot_view *view = script->view;
    const struct plot *plot = view->plot;
    const struct plot_choice *choice = script->choice;
    FILE *stream = script->stream;
    script_text(stream, "kind", kinds[choice->kind], text);
    plot_words_title(choice, view->plain, text);
    script_words(script, "title", text);
    script_text(stream, "label", view->plain && plot->plain ? plot->plain : plot->label,
                text);
    script_text(stream, "caption", view->caption, text);
    plot_words_same(choice, view->plain, view->line, text);
    script_words(script, "same", text);
    plot_words_missing(choice, view->plain, view->line, text);
    script_words(script, "missing", text);
    for (int k = 0; k < 2; k++) {
        const int column = k == 0 ? choice->x.column : choice->y.column;
        if (column >= 0)
            plot_words_axis(choice->table->columns[column].name, view->plain, text);
        script_words(script, k == 0 ? "x_label" : "y_label", text);
    }
    fprintf(stream, "P = %d\nE = %d\nM = %d\nfine = %d\n", plot_has(choice, PLOT_PAPER),
            plot_has(choice, PLOT_EXACT), plot_has(choice, PLOT_MEASURED),
            script->fine != NULL);
    fprintf(stream, "limit = %g\n", plot->limit);
    script_text(stream, "paper_title", plot->paper.title, text);
    script_text(stream, "exact_title", plot->exact.title, text);
    script_text(stream, "measured_title", plot->measured.title, text);
}

static int put_numbers(const struct script *script, struct text *text,
                       struct error *error)
{
    const struct plot_choice *choice = script->choice;
    FILE *stream = script->stream;
    put_panels(script, text);
    put_names(script, text);
    if (choice->kind == PLOT_OVER)
        return script_maps(script, text, error);
    if (choice->kind == PLOT_BELOW) {
        script_rows(script);
        return STATUS_OK;
    }
    put_number(stream, "x_low", script->x.low);
    put_number(stream, "x_high", script->x.high);
    fprintf(stream, "x_log = %d\nx_count = %zu\n", script->x.logarithmic,
            choice->x.count);
    if (script->x.logarithmic)
        plot_range_tics(script->x.low, script->x.high, false, text);
    if (text->length > 0)
        text_add(text, ")");
    script_words(script, "x_tics", text);
    script_curves(script);
    return STATUS_OK;
}

static int put_script(const struct plot_view *view, const struct plot_choice *choice,
                      FILE *stream, struct error *error)
{
    struct text text = {0};
    struct script script = {.view = view,
                            .choice = choice,
                            .stream = stream,
                            .panels = choice->panels.drawn,
                            .curves = choice->curves.drawn};
    int status = find_points(&script, error);
    if (status == STATUS_OK)
        status = find_ranges(&script, error);
    if (status == STATUS_OK) {
        put_head(&script, &text);
        status = put_numbers(&script, &text, error);
    }
    if (status == STATUS_OK)
        status = text_check(&text, "the plot", error);
    text_free(&text);
    free(script.point);
    free(script.fine);
    free(script.range);
    return status;
}

/* What the user is told of parts that are left out. */
static int fill_extent(const struct plot_choice *choice, struct plot_extent *extent,
                       struct error *error)
{
    const bool panels = choice->panels.drawn < choice->panels.groups.count;
    const struct plot_parts *parts = panels ? &choice->panels : &choice->curves;
    struct text title = {0};
    *extent = (struct plot_extent){.what = panels                       ? "panels"
                                           : choice->kind == PLOT_BELOW ? "rows"
                                                                        : "curves",
                                   .there = parts->groups.count,
                                   .drawn = parts->drawn};
    plot_words_title(choice, false, &title);
    snprintf(extent->title, sizeof extent->title, "%s", text_get(&title));
    const int status = text_check(&title, "the plot", error);
    text_free(&title);
    return status;
}

int plot_write(const struct plot_view *view, FILE *stream, struct plot_extent *extent,
               struct error *error)
{
    struct plot_view own = *view;
    struct plot_choice choice;
    if (own.line == 0)
        own.line = SIZE_MAX;
    if (!own.fine || table_rows(own.fine) == 0)
        own.fine = NULL;
    int status = plot_choose(&choice, view->plot, view->table, view->options, error);
    if (status == STATUS_OK)
        status = fill_extent(&choice, extent, error);
    if (status == STATUS_OK)
        status = put_script(&own, &choice, stream, error);
    plot_choice_free(&choice);
    return status;
}
