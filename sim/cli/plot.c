#include "cli/plot.h"

#include "cli/plot_drawing.h"
#include "cli/plot_words.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What pictures look like is a script of gnuplot's, shared with the figures. */
extern const char looks_gp[];
extern const uint64_t looks_gp_size;

__asm__(".pushsection .rodata, \"a\"\n"
        ".globl looks_gp, looks_gp_size\n"
        "looks_gp: .incbin \"sim/cli/looks.gp\"\n"
        "0: .balign 8\n"
        "looks_gp_size: .quad 0b - looks_gp\n"
        ".popsection\n");

/* Rows beyond which symbols would be a band. */
enum { SYMBOLS = 200 };

/* --- the script ------------------------------------------------------------------- */

/* Gnuplot itself has no word for a number that is none. */
static void put_number(FILE *stream, double x)
{
    if (!isnan(plot_drawing_number(x)))
        fprintf(stream, " %.17g", x);
    else
        fprintf(stream, " NaN");
}

static void put_values(const struct plot_drawing *d, FILE *stream, size_t row)
{
    for (int v = 0; v < d->values; v++) {
        const double error = plot_drawing_get(d, row, d->error[v]);
        put_number(stream, plot_drawing_get(d, row, d->column[v]));
        put_number(stream, isfinite(error) ? error : 0);
    }
    fprintf(stream, "\n");
}

/* $curveN: place on the axis, then value and error of every kind. */
static void put_curves(const struct plot_drawing *d, FILE *stream, size_t curves)
{
    plot_drawing_sort(d->table, &d->curves, (size_t)d->axis, d->entry);
    size_t k = 0;
    for (size_t curve = 0; curve < curves; curve++) {
        fprintf(stream, "$curve%zu << END\n", curve + 1);
        for (; k < d->table->rows && d->entry[k].group == curve; k++) {
            const bool placed = !isnan(d->entry[k].number);
            /* What has no such parameter is level. */
            put_number(stream, placed ? d->entry[k].number : d->low);
            put_values(d, stream, d->entry[k].row);
            if (placed)
                continue;
            put_number(stream, d->high);
            put_values(d, stream, d->entry[k].row);
        }
        fprintf(stream, "END\n");
    }
}

static void put_rows(const struct plot_drawing *d, FILE *stream, size_t rows)
{
    fprintf(stream, "$curve1 << END\n");
    for (size_t row = 0; row < rows; row++) {
        fprintf(stream, "%zu", row + 1);
        put_values(d, stream, row);
    }
    fprintf(stream, "END\n");
}

/* Are they all positive, and far apart? */
static bool spans(double low, double high)
{
    return low > 0 && high / low >= 12;
}

/* The range of the values and their bars in so many curves, or rows: is there one? */
static bool find_range(struct plot_drawing *d, size_t drawn)
{
    d->least = HUGE_VAL;
    d->most = -HUGE_VAL;
    for (size_t row = 0; row < d->table->rows; row++)
        for (int v = 0; v < d->values; v++) {
            if ((d->axis >= 0 ? d->curves.of[row] : row) >= drawn)
                continue;
            const double x = plot_drawing_get(d, row, d->column[v]),
                         error = plot_drawing_get(d, row, d->error[v]);
            const double bar = isfinite(error) ? error : 0;
            if (!isfinite(x))
                continue;
            d->least = fmin(d->least, x - bar);
            d->most = fmax(d->most, x + bar);
        }
    return d->least <= d->most;
}

/* The rules' own looks where rules are all that differs. */
static void put_looks(const struct plot_drawing *d, FILE *stream, size_t curves)
{
    const bool rules = d->axis >= 0 && d->kept_count == 1 &&
                       strcmp(d->table->columns[d->kept[0]].name, "optimizer") == 0;
    fprintf(stream, "RULES = \"");
    for (size_t curve = 0; rules && curve < curves; curve++) {
        const char *name = table_get_text(d->table, plot_drawing_first_row(d, curve),
                                          (size_t)d->kept[0]);
        fprintf(stream, "%s%s", curve ? " " : "", name ? name : "-");
    }
    fprintf(stream, "\"\n");
    fwrite(looks_gp, 1, (size_t)looks_gp_size, stream);
}

static void put_terminal(struct plot_drawing *d, FILE *stream, int height,
                         size_t curves)
{
    const struct plot_style *style = d->style;
    fprintf(stream, "set encoding utf8\n");
    if (style->terminal)
        fprintf(stream, "%s\n", style->terminal);
    if (style->text) {
        const int needed = d->axis >= 0 ? 0 : height;
        fprintf(stream, "set terminal dumb noenhanced %s size %d,%d\n",
                style->color ? "ansi" : "mono", style->columns,
                style->lines < needed ? needed : style->lines);
        /* Letters have no widths to choose from. */
        fprintf(stream, "PAPER = 0\nset errorbars 0\n");
        return;
    }
    fprintf(stream, "ending = \"%s\"\nWIDE = 800\nHIGH = %d\n", style->ending, height);
    put_looks(d, stream, curves);
    fprintf(stream, "set border 3 lc rgb \"#404040\"\n"
                    "set xtics nomirror out scale 0.6\n"
                    "set ytics nomirror out scale 0.6\n"
                    "set grid back lc rgb \"#E4E4E4\" lw 0.7 dt solid\n"
                    "set bmargin 6.5\n"
                    "set label \"");
    plot_words_put(d, stream, style->caption);
    plot_words_constants(d, stream);
    fprintf(stream, "\" at screen 0,0 offset 1,1.8 font \",10\" tc rgb TEXT\n");
}

static bool has_look(const struct plot_drawing *d, enum plot_look look)
{
    for (int v = 0; v < d->values; v++)
        if (d->value[v]->look == look)
            return true;
    return false;
}

/* Of a curve: what `y` of its data says, y + 1 being the error. */
static void put_curve(const struct plot_drawing *d, FILE *stream, size_t curve, int y,
                      enum plot_look look)
{
    fprintf(stream, ", \\\n    $curve%zu using 1:%d", curve, y);
    if (look == PLOT_MEASURED)
        fprintf(stream, ":%d with yerrorbars lt %zu dt solid lw 1.2", y + 1, curve);
    else if (look == PLOT_EXACT)
        /* Where nothing is measured symbols show what was computed. */
        fprintf(stream, " with %s lt %zu",
                has_look(d, PLOT_MEASURED) || d->table->rows > SYMBOLS ? "lines"
                                                                       : "linespoints",
                curve);
    else
        fprintf(stream, " with lines lt PAPER");
    if (look == PLOT_PAPER && d->style->text)
        fprintf(stream, ", \\\n    $curve%zu using 1:%d with points pt \"%c\"", curve,
                y, (char)('a' + curve - 1));
}

/* The same where rows stand below each other: a short upright line, or a symbol. */
static void put_row(FILE *stream, int y, enum plot_look look)
{
    fprintf(stream, ", \\\n    $curve1 using %d:", y);
    if (look == PLOT_MEASURED)
        fprintf(stream, "(-$1):%d with xerrorbars lt 1 dt solid lw 1.2", y + 1);
    else
        fprintf(stream, "(-$1-0.3):(0):(0.6) with vectors nohead lt %s",
                look == PLOT_PAPER ? "PAPER" : "ANY_RULE");
}

/* The same in letters. */
static const char row_letter[] = {
    [PLOT_PAPER] = 'P', [PLOT_EXACT] = 'E', [PLOT_MEASURED] = 'M'};

static void put_row_letter(FILE *stream, int y, enum plot_look look)
{
    fprintf(stream, ", \\\n    $curve1 using %d:(-$1) with points pt \"%c\"", y,
            row_letter[look]);
}

static void put_value(const struct plot_drawing *d, FILE *stream, size_t curve, int v,
                      bool joined)
{
    const enum plot_look look = d->value[v]->look;
    const int y = 2 + 2 * v;
    if (d->axis < 0 && d->style->text) {
        put_row_letter(stream, y, look);
    } else if (d->axis < 0) {
        put_row(stream, y, look);
    } else {
        if (joined)
            put_curve(d, stream, curve, y, PLOT_EXACT);
        put_curve(d, stream, curve, y, look);
    }
}

static bool bands_have_names(const struct plot_drawing *d, size_t curves)
{
    return d->axis >= 0 && curves > 1 && !d->style->text && has_look(d, PLOT_PAPER);
}

/* Where curves end: the value in the last row along the axis. */
static void find_ends(const struct plot_drawing *d, size_t curves, int column,
                      double *end)
{
    double place[PLOT_CURVES];
    for (size_t c = 0; c < curves; c++)
        place[c] = end[c] = NAN;
    for (size_t row = 0; row < d->table->rows; row++) {
        const size_t c = d->curves.of[row];
        const double x = plot_drawing_get(d, row, d->axis);
        if (c >= curves || x < place[c])
            continue;
        place[c] = x;
        end[c] = plot_drawing_get(d, row, column);
    }
}

/* The bands look alike: right of their ends stands whose they are, of those that end
 * together in one line. */
static void put_band_names(const struct plot_drawing *d, FILE *stream, size_t curves,
                           int v)
{
    double end[PLOT_CURVES];
    bool named[PLOT_CURVES] = {false};
    find_ends(d, curves, d->column[v], end);
    for (size_t c = 0; c < curves; c++) {
        bool begun = false;
        if (named[c] || isnan(end[c]))
            continue;
        fprintf(stream, ", \\\n    '+' every ::0::0 using (%.17g):(%.17g):(\"", d->high,
                end[c]);
        for (size_t k = c; k < curves; k++) {
            if (!(fabs(end[k] - end[c]) <= 0.02 * fabs(end[c])))
                continue;
            fprintf(stream, begun ? ", " : "");
            plot_words_title(d, stream, plot_drawing_first_row(d, k));
            named[k] = begun = true;
        }
        fprintf(stream, "\") with labels left offset 1.2,0 font \",9\" tc rgb TEXT");
    }
}

/* Bands below, symbols on top. */
static void put_data(const struct plot_drawing *d, FILE *stream, size_t curves)
{
    /* No line of exact values joins the symbols. */
    const bool joined = !has_look(d, PLOT_EXACT) && !has_look(d, PLOT_PAPER);
    for (int look = PLOT_PAPER; look <= PLOT_MEASURED; look++)
        for (int v = 0; v < d->values; v++)
            for (size_t curve = 1; curve <= curves && (int)d->value[v]->look == look;
                 curve++)
                put_value(d, stream, curve, v, joined);
    for (int v = 0; v < d->values; v++)
        if (bands_have_names(d, curves) && d->value[v]->look == PLOT_PAPER)
            put_band_names(d, stream, curves, v);
}

/* Of several curves each, then of several values each. */
static void put_key(const struct plot_drawing *d, FILE *stream, size_t curves)
{
    static const char *const looks[] = {
        [PLOT_PAPER] = "lines lt PAPER",
        [PLOT_EXACT] = "lines lt ANY_RULE",
        [PLOT_MEASURED] = "yerrorbars lt ANY_RULE",
    };
    fprintf(stream, "plot NaN notitle");
    for (size_t curve = 0; d->axis >= 0 && d->kept_count && curve < curves; curve++) {
        fprintf(stream, ", \\\n    keyentry with linespoints lt %zu title \"",
                curve + 1);
        plot_words_title(d, stream, plot_drawing_first_row(d, curve));
        fprintf(stream, "\"");
    }
    for (int v = 0; !d->style->text && d->values > 1 && v < d->values; v++)
        fprintf(stream, ", \\\n    keyentry with %s title \"%s\"",
                looks[d->value[v]->look], d->value[v]->title);
}

/* The same in words. */
static void put_legend(const struct plot_drawing *d, FILE *stream)
{
    static const char *const looks[] = {[PLOT_PAPER] = "dots and small letters",
                                        [PLOT_EXACT] = "lines",
                                        [PLOT_MEASURED] = "letters"};
    for (int v = 0; d->values > 1 && v < d->values; v++) {
        const enum plot_look look = d->value[v]->look;
        fprintf(stream, v ? ", " : "\\n(");
        if (d->axis < 0)
            fputc(row_letter[look], stream);
        else
            fprintf(stream, "%s", looks[look]);
        fprintf(stream, ": %s", d->value[v]->title);
    }
    fprintf(stream, d->values > 1 ? ")" : "");
}

/* A logarithmic axis, at 1, 2 and 5 times the powers where those alone are few. */
static void put_powers(FILE *stream, double low, double high)
{
    const int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    fprintf(stream, "set logscale x\nset format x \"%%g\"\n");
    if (last - first > 4)
        return;
    fprintf(stream, "set xtics (1e%d", last);
    for (int power = first; power < last; power++)
        fprintf(stream, ", 1e%d, 2e%d, 5e%d", power, power, power);
    fprintf(stream, ")\n");
}

/* Room at both ends, a part of the whole. */
static void put_range(FILE *stream, const char *axis, double low, double high,
                      double room)
{
    const double size = fmax(fabs(low), fabs(high));
    /* Gnuplot cannot count along an axis whose ends are hardly two numbers. */
    const double beyond = high - low > 1e-9 * size ? room * (high - low)
                          : size == 0              ? 1
                                                   : size / 10;
    fprintf(stream, "set %srange [%.15g : %.15g]\n", axis, low - beyond, high + beyond);
}

static void put_axis_range(const struct plot_drawing *d, FILE *stream)
{
    const double room = 0.03;
    if (spans(d->low, d->high)) {
        const double beyond = exp(room * (log(d->high) - log(d->low)));
        put_powers(stream, d->low, d->high);
        fprintf(stream, "set xrange [%.9g : %.9g]\n",
                fmax(d->low / beyond, fmin(d->low, 1 / PLOT_LARGEST)),
                fmin(d->high * beyond, PLOT_LARGEST));
    } else {
        put_range(stream, "x", d->low, d->high, room);
    }
}

static void put_axes(const struct plot_drawing *d, FILE *stream, size_t drawn)
{
    const char *value_axis = d->axis >= 0 ? "y" : "x";
    fprintf(stream, "set key tmargin left Left reverse horizontal noautotitle %s\n",
            d->style->text ? "samplen 1" : "samplen 3 maxcols 5");
    /* Letters cannot be turned. */
    if (d->style->text)
        fprintf(stream, "set title \"");
    else
        fprintf(stream, "set %slabel \"", value_axis);
    plot_words_put(d, stream,
                   d->style->plain && d->plot->plain ? d->plot->plain : d->plot->label);
    if (d->style->text)
        put_legend(d, stream);
    fprintf(stream, "\"\n");
    if (spans(d->least, d->most))
        fprintf(stream, "set logscale %s\nset format %s \"%%g\"\n", value_axis,
                value_axis);
    else
        put_range(stream, value_axis, d->least, d->most, 0.05);
    if (d->axis >= 0) {
        fprintf(stream, "set xlabel \"");
        plot_words_name(d, stream, (size_t)d->axis, false);
        fprintf(stream, "\"\n");
        put_axis_range(d, stream);
        return;
    }
    fprintf(stream, "set yrange [%g : -0.5]\nset ytics (", -0.5 - (double)drawn);
    for (size_t row = 0; row < drawn; row++) {
        fprintf(stream, "%s\"", row ? ", " : "");
        plot_words_title(d, stream, row);
        fprintf(stream, "\" %d", -(int)row - 1);
    }
    fprintf(stream, ")\n");
}

static void put_script(struct plot_drawing *d, FILE *stream, size_t drawn)
{
    const bool rows = d->axis < 0;
    const size_t curves = rows ? 1 : drawn;
    if (rows)
        put_rows(d, stream, drawn);
    else
        put_curves(d, stream, drawn);
    const int lines = (int)drawn + 7, pixels = rows ? 150 + 26 * (int)drawn : 560;
    put_terminal(d, stream, d->style->text ? lines : pixels, curves);
    put_axes(d, stream, drawn);
    if (bands_have_names(d, curves))
        fprintf(stream, "set rmargin 18\n");
    put_key(d, stream, curves);
    put_data(d, stream, curves);
    fprintf(stream, "\n");
}

int plot_write(const struct plot *plot, const struct table *table,
               const struct plot_style *style, FILE *stream, struct plot_extent *extent,
               struct error *error)
{
    struct plot_drawing d;
    int status = plot_drawing_init(&d, plot, table, style, error);
    if (status == STATUS_OK) {
        const bool rows = d.axis < 0;
        const size_t most = rows ? PLOT_ROWS : PLOT_CURVES;
        extent->what = rows ? "rows" : "curves";
        extent->there = rows ? table->rows : d.curves.count;
        extent->drawn = extent->there < most ? extent->there : most;
        if (find_range(&d, extent->drawn))
            put_script(&d, stream, extent->drawn);
        else
            status = error_about(error, STATUS_OUTPUT, "plot",
                                 "none of the first %zu of %zu %s has a number to draw",
                                 extent->drawn, extent->there, extent->what);
    }
    plot_drawing_free(&d);
    return status;
}
