/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_script.h"

#include <math.h>

/* Writes "1 0 1": for each part, whether it has such a value. gnuplot warns of curves
 * without points. */
static void put_there(const struct script *script, const char *name,
                      enum plot_series series)
{
    const size_t parts = script->panels * script->curves;
    const struct table *table = script->choice->table;
    fprintf(script->stream, "%s = '", name);
    for (size_t part = 0; part < parts; part++) {
        bool there = false;
        for (size_t k = 0; k < table->rows && !there; k++)
            there = script->point[k].part == part &&
                    !isnan(plot_value_of(&script->choice->columns, script->point[k].row,
                                         series));
        fprintf(script->stream, "%s%d", part ? " " : "", there);
    }
    fputs("'\n", script->stream);
}

/* Writes the points of a part, with two values each: of the paper and exact, or
 * measured and its error. Rows at the same place are one point where each has the value
 * of another kind. A rule without the parameter is a level line from one end to the
 * other, and a symbol in the middle. */
static void put_part(const struct script *script, size_t part,
                     const struct plot_columns *columns, const struct point *points,
                     bool lines)
{
    const struct plot_axis *x = &script->choice->x;
    const size_t count = columns->table->rows;
    size_t k = 0, end;
    while (k < count && points[k].part != part)
        k++;
    if (k == count)
        script_triple(script->stream, NAN, NAN, NAN);
    for (; k < count && points[k].part == part; k = end) {
        const bool level = isnan(points[k].x);
        double first = NAN, second = NAN;
        for (end = k; end < count && points[end].part == part &&
                      (end == k || (columns->series >= 0 &&
                                    (points[end].x == points[k].x || level)));
             end++) {
            const size_t row = points[end].row;
            const double a =
                plot_value_of(columns, row, lines ? PLOT_PAPER : PLOT_MEASURED);
            const double b = lines      ? plot_value_of(columns, row, PLOT_EXACT)
                             : isnan(a) ? (double)NAN
                                        : script_error(script, row);
            first = isnan(a) ? first : a;
            second = isnan(b) ? second : b;
        }
        script_triple(script->stream,
                      !level  ? points[k].x
                      : lines ? x->value[0]
                              : x->value[x->count / 2],
                      first, second);
        if (level && lines)
            script_triple(script->stream, x->value[x->count - 1], first, second);
    }
    fputs("\n\n", script->stream);
}

/* Where the bands of the first panel end on the right, to be named there. */
static void put_ends(const struct script *script)
{
    const bool fine = script->fine != NULL;
    const struct point *points = fine ? script->fine : script->point;
    const struct plot_columns *columns =
        fine ? &script->fine_columns : &script->choice->columns;
    fprintf(script->stream, "array END[%zu]\n", script->curves);
    for (size_t c = 0; c < script->curves; c++) {
        double end = NAN;
        for (size_t k = 0; k < columns->table->rows; k++) {
            const double paper = plot_value_of(columns, points[k].row, PLOT_PAPER);
            if (points[k].part == c && !isnan(paper))
                end = paper;
        }
        fprintf(script->stream, "END[%zu] = ", c + 1);
        script_cell(script->stream, end, '\n');
    }
}

void script_curves(const struct script *script)
{
    const struct plot_columns *columns = &script->choice->columns;
    const size_t parts = script->panels * script->curves;
    put_there(script, "paper_there", PLOT_PAPER);
    put_there(script, "exact_there", PLOT_EXACT);
    put_there(script, "measured_there", PLOT_MEASURED);
    put_ends(script);
    fprintf(script->stream, "$lines << END\n");
    table_csv_notes(columns->table, script->stream);
    for (size_t part = 0; part < parts; part++)
        if (script->fine)
            put_part(script, part, &script->fine_columns, script->fine, true);
        else
            put_part(script, part, columns, script->point, true);
    fprintf(script->stream, "END\n$points << END\n");
    for (size_t part = 0; part < parts; part++)
        put_part(script, part, columns, script->point, false);
    fprintf(script->stream, "END\n");
}

/* Rows below each other: "row paper exact measured error". */
void script_rows(const struct script *script)
{
    const struct plot_choice *choice = script->choice;
    fprintf(script->stream, "$rows << END\n");
    table_csv_notes(choice->table, script->stream);
    for (size_t k = 0; k < choice->table->rows; k++) {
        const struct point *point = &script->point[k];
        if (point->part >= script->panels * script->curves)
            break;
        if (k > 0 && point->part / script->curves != point[-1].part / script->curves)
            fputs("\n\n", script->stream);
        fprintf(script->stream, "%zu ", point->part % script->curves + 1);
        script_cell(script->stream,
                    plot_value_of(&choice->columns, point->row, PLOT_PAPER), ' ');
        script_triple(script->stream,
                      plot_value_of(&choice->columns, point->row, PLOT_EXACT),
                      plot_value_of(&choice->columns, point->row, PLOT_MEASURED),
                      script_error(script, point->row));
    }
    fprintf(script->stream, "END\n");
}
