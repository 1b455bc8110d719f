/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_script.h"

#include <math.h>
#include <stdlib.h>

static double coordinate(const struct plot_axis *axis, size_t k)
{
    return axis->scale == PLOT_LOG      ? log10(axis->value[k])
           : axis->scale == PLOT_LINEAR ? axis->value[k]
                                        : (double)k;
}

/* Where the axis of a map begins and ends, and its tics; gnuplot's own if ''. */
static void put_axis(const struct script *script, const char *name,
                     const struct plot_axis *axis, struct text *text)
{
    const size_t last = axis->count - 1, every = 1 + last / 12;
    const double half =
        (coordinate(axis, last) - coordinate(axis, 0)) / (double)last / 2;
    char variable[16];
    if (axis->scale == PLOT_LOG)
        plot_range_tics(axis->value[0], axis->value[last], true, text);
    for (size_t k = 0; axis->scale == PLOT_UNEVEN && k < axis->count; k += every)
        text_add(text, "%s\"%.4g\" %zu", k ? ", " : "(", axis->value[k], k);
    if (text->length > 0)
        text_add(text, ")");
    snprintf(variable, sizeof variable, "%s_tics", name);
    script_words(script, variable, text);
    fprintf(script->stream, "%s_low = %.17g\n%s_high = %.17g\n%s_count = %zu\n", name,
            coordinate(axis, 0) - half, name, coordinate(axis, last) + half, name,
            axis->count);
}

static size_t find_value(const struct plot_axis *axis, double value)
{
    size_t low = 0, high = axis->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (axis->value[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Fills a panel's cells, x fastest. A rule without a parameter is level along it. */
static void fill_cells(const struct script *script, size_t panel,
                       enum plot_series series, double *cell)
{
    const struct plot_axis *x = &script->choice->x, *y = &script->choice->y;
    for (size_t k = 0; k < x->count * y->count; k++)
        cell[k] = NAN;
    for (size_t k = 0; k < script->choice->table->rows; k++) {
        const struct point *point = &script->point[k];
        const double number =
            plot_value_of(&script->choice->columns, point->row, series);
        const double at =
            table_get_number(script->choice->table, point->row, (size_t)y->column);
        if (point->part != panel || isnan(number))
            continue;
        for (size_t j = isnan(at) ? 0 : find_value(y, at); j < y->count; j++) {
            for (size_t i = isnan(point->x) ? 0 : find_value(x, point->x); i < x->count;
                 i++) {
                cell[j * x->count + i] = number;
                if (!isnan(point->x))
                    break;
            }
            if (!isnan(at))
                break;
        }
    }
}

int script_maps(const struct script *script, struct text *text, struct error *error)
{
    const struct plot_axis *x = &script->choice->x, *y = &script->choice->y;
    double *cell = calloc(x->count * y->count + 1, sizeof *cell);
    bool holes = false;
    if (!cell)
        return error_memory(error, "the plot");
    put_axis(script, "x", x, text);
    put_axis(script, "y", y, text);
    fprintf(script->stream, "$map << END\n");
    table_csv_notes(script->choice->table, script->stream);
    for (size_t p = 0; p < script->panels; p++)
        for (int s = 0; s < PLOT_SERIES; s++) {
            if (!plot_has(script->choice, (enum plot_series)s))
                continue;
            fill_cells(script, p, (enum plot_series)s, cell);
            for (size_t k = 0; k < x->count * y->count; k++) {
                script_triple(script->stream, coordinate(x, k % x->count),
                              coordinate(y, k / x->count), cell[k]);
                if ((k + 1) % x->count == 0)
                    fputc('\n', script->stream);
                holes = holes || isnan(cell[k]);
            }
            fputc('\n', script->stream);
        }
    fprintf(script->stream, "END\nholes = %d\n", holes);
    free(cell);
    return STATUS_OK;
}
