#include "cli/plot.h"

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

/* --- rows in groups --------------------------------------------------------------- */

enum {
    KEYS = 24,
    SYMBOLS = 200, /* rows beyond which symbols would be a band */
};

/* The rows of a table in groups, numbered by where they first appear. */
struct groups {
    size_t *of; /* a row's group */
    size_t count;
};

struct entry {
    size_t group, row;
    double number;
    const char *text;
};

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

/* The rows by group, then by what they have in a column, then as they stand. */
static void sort_rows(const struct table *table, const struct groups *groups,
                      size_t column, struct entry *entry)
{
    const bool text = table->columns[column].kind == COLUMN_TEXT;
    for (size_t row = 0; row < table->rows; row++)
        entry[row] =
            (struct entry){groups->of[row], row,
                           text ? (double)NAN : table_get_number(table, row, column),
                           text ? table_get_text(table, row, column) : NULL};
    qsort(entry, table->rows, sizeof *entry, compare_entries);
}

/* The groups cut up further by a column; `fine` may be `groups`. */
static void refine(const struct table *table, const struct groups *groups,
                   size_t column, struct entry *entry, struct groups *fine)
{
    sort_rows(table, groups, column, entry);
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

struct drawing {
    const struct plot *plot;
    const struct table *table;
    const struct plot_style *style;
    int key[KEYS], keys;        /* columns that tell rows apart */
    int axis;                   /* the key along the axis; -1: every row has a line */
    int kept[KEYS], kept_count; /* keys that tell curves apart */
    const struct plot_value *value[PLOT_VALUES]; /* those that have numbers */
    int column[PLOT_VALUES], error[PLOT_VALUES]; /* theirs; -1: no errors */
    int values;
    double low, high; /* of the axis */
    struct groups curves, try;
    struct entry *entry;
};

/* Gnuplot's own limit is 9e307, and an axis reaches beyond its numbers. */
static const double largest = 1e307;

/* NaN: none, or none that can be drawn. */
static double drawable(double x)
{
    return fabs(x) <= largest ? x : (double)NAN;
}

static double get(const struct drawing *d, size_t row, int column)
{
    return column < 0 ? (double)NAN
                      : drawable(table_get_number(d->table, row, (size_t)column));
}

static bool has_numbers(const struct drawing *d, int column)
{
    for (size_t row = 0; row < d->table->rows; row++)
        if (isfinite(get(d, row, column)))
            return true;
    return false;
}

static void find_columns(struct drawing *d)
{
    const struct plot_value *value = d->plot->value;
    for (const char *name = d->plot->keys; *name && d->keys < KEYS;) {
        char word[64];
        const size_t length = strcspn(name, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, name);
        const int column = table_column(d->table, word);
        if (column >= 0)
            d->key[d->keys++] = column;
        name += length;
        name += strspn(name, " ");
    }
    for (size_t k = d->table->swept; k < d->table->column_count && d->keys < KEYS; k++)
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

static void one_group(const struct drawing *d, struct groups *groups)
{
    memset(groups->of, 0, d->table->rows * sizeof *groups->of);
    groups->count = 1;
}

/* How many texts or numbers a column takes. *row: one that has it. */
static size_t count_values(struct drawing *d, int column, size_t *row)
{
    one_group(d, &d->try);
    refine(d->table, &d->try, (size_t)column, d->entry, &d->try);
    /* An empty cell is none; those come first. */
    *row = d->entry[d->table->rows - 1].row;
    return d->try.count - (!d->entry[0].text && isnan(d->entry[0].number) ? 1 : 0);
}

/* The keys that tell rows apart, of which the axis is one, and those that follow from
 * the ones before them are none. */
static void choose_keys(struct drawing *d)
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
        const size_t count = count_values(d, d->key[k], &row);
        if (d->table->columns[d->key[k]].kind == COLUMN_TEXT || count <= most)
            continue;
        most = count;
        d->axis = d->key[k];
    }
}

/* What has the same keys but that of the axis is a curve. */
static void choose_curves(struct drawing *d)
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
        const double x = get(d, row, d->axis);
        d->low = fmin(d->low, x);
        d->high = fmax(d->high, x);
    }
}

/* A curve's first row in the table; they are numbered in this order. */
static size_t first_row(const struct drawing *d, size_t curve)
{
    size_t row = 0;
    while (d->curves.of[row] != curve)
        row++;
    return row;
}

static void drawing_free(struct drawing *d)
{
    free(d->curves.of);
    free(d->try.of);
    free(d->entry);
}

static int drawing_init(struct drawing *d, const struct plot *plot,
                        const struct table *table, const struct plot_style *style,
                        struct error *error)
{
    const size_t rows = table->rows;
    *d = (struct drawing){.plot = plot, .table = table, .style = style};
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

/* --- words ------------------------------------------------------------------------ */

/* What a column is called beside its axis and, where the paper has a symbol, in the
 * key. */
static const struct {
    const char *column, *label, *symbol;
} names[] = {
    {"lr", "learning rate η", "η"},
    {"beta0", "β₀", "β₀"},
    {"beta1", "β₁", "β₁"},
    {"beta2", "β₂", "β₂"},
    {"beta3", "β₃", "β₃"},
    {"batch", "batch size B", "B"},
    {"h", "curvature h", "h"},
    {"h_i", "curvature h", "h"},
    {"h_j", "curvature h of j", "h of j"},
    {"nu", "ν", "ν"},
    {"lr_h", "step size ηh", "ηh"},
    {"frequency", "frequency (cycles a step)", "frequency"},
    {"horizon", "horizon T (steps)", "T"},
    {"step", "step t", "t"},
    {"sigma", "noise σ", "σ"},
    {"eta0", "rate applied η₀", "η₀"},
};

/* The bytes of the UTF-8 letter that the text begins with; 0: it is none, or one that
 * an svg may not hold. */
static size_t letter_length(const char *text)
{
    static const unsigned long first[] = {0, 0x20, 0x80, 0x800, 0x10000};
    const unsigned char lead = (unsigned char)*text;
    const size_t length = lead < 0x80   ? 1
                          : lead < 0xC0 ? 0
                          : lead < 0xE0 ? 2
                          : lead < 0xF0 ? 3
                          : lead < 0xF8 ? 4
                                        : 0;
    unsigned long code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length; k++) {
        const unsigned char byte = (unsigned char)text[k];
        if ((byte & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (byte & 0x3F);
    }
    const bool none = code < first[length] || code == 0x7F || code > 0x10FFFF ||
                      (code >= 0xD800 && code < 0xE000) || (code & 0xFFFE) == 0xFFFE;
    return none ? 0 : length;
}

/* Text within double quotes of gnuplot's, where a file's name must not end the line or
 * run as a command, as what is between backquotes does. A plain style drops what is not
 * ASCII, and blanks before that. */
static void put_words(const struct drawing *d, FILE *stream, const char *text)
{
    while (*text) {
        const size_t blanks = strspn(text, " "), length = letter_length(text);
        if (d->style->plain && ((unsigned char)text[blanks] & 0x80)) {
            text += blanks + 1;
            continue;
        }
        if (strchr("\"\\`", *text))
            fputc('\\', stream);
        fprintf(stream, "%.*s", length ? (int)length : 1, length ? text : "?");
        text += length ? length : 1;
    }
}

static void put_name(const struct drawing *d, FILE *stream, size_t column, bool symbol)
{
    const char *name = d->table->columns[column].name;
    for (size_t k = 0; k < sizeof names / sizeof *names && !d->style->plain; k++)
        if (strcmp(names[k].column, name) == 0) {
            put_words(d, stream, symbol ? names[k].symbol : names[k].label);
            return;
        }
    put_words(d, stream, name);
}

/* What a row has in a column: "pnm", "β₀ = 1". Returns if there was anything. */
static bool put_cell(const struct drawing *d, FILE *stream, size_t row, size_t column,
                     const char *before)
{
    const bool text = d->table->columns[column].kind == COLUMN_TEXT;
    const char *word = text ? table_get_text(d->table, row, column) : NULL;
    const double number = text ? (double)NAN : table_get_number(d->table, row, column);
    if (!word && isnan(number))
        return false;
    fprintf(stream, "%s", before);
    if (word) {
        put_words(d, stream, word);
        return true;
    }
    put_name(d, stream, column, true);
    fprintf(stream, " = %g", number);
    return true;
}

/* What tells the row's curve from the others. */
static void put_title(const struct drawing *d, FILE *stream, size_t row)
{
    bool begun = false;
    for (int k = 0; k < d->kept_count; k++)
        if (put_cell(d, stream, row, (size_t)d->kept[k], begun ? ", " : ""))
            begun = true;
}

/* The keys that are the same in all rows that have them; not what numbers the rows. */
static void put_constants(struct drawing *d, FILE *stream)
{
    bool begun = false;
    for (int k = 0; k < d->keys; k++) {
        size_t row;
        if (d->table->columns[d->key[k]].kind != COLUMN_COUNT &&
            count_values(d, d->key[k], &row) == 1)
            begun |= put_cell(d, stream, row, (size_t)d->key[k], begun ? ", " : "\\n");
    }
}

/* --- the script ------------------------------------------------------------------- */

/* Gnuplot itself has no word for a number that is none. */
static void put_number(FILE *stream, double x)
{
    if (!isnan(drawable(x)))
        fprintf(stream, " %.17g", x);
    else
        fprintf(stream, " NaN");
}

static void put_values(const struct drawing *d, FILE *stream, size_t row)
{
    for (int v = 0; v < d->values; v++) {
        const double error = get(d, row, d->error[v]);
        put_number(stream, get(d, row, d->column[v]));
        put_number(stream, isfinite(error) ? error : 0);
    }
    fprintf(stream, "\n");
}

/* $curveN: place on the axis, then value and error of every kind. */
static void put_curves(const struct drawing *d, FILE *stream, size_t curves)
{
    sort_rows(d->table, &d->curves, (size_t)d->axis, d->entry);
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

static void put_rows(const struct drawing *d, FILE *stream, size_t rows)
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

/* Of the values and their bars in so many curves, or rows. */
static void find_extent(const struct drawing *d, size_t drawn, double *low,
                        double *high)
{
    *low = HUGE_VAL;
    *high = -HUGE_VAL;
    for (size_t row = 0; row < d->table->rows; row++)
        for (int v = 0; v < d->values; v++) {
            if ((d->axis >= 0 ? d->curves.of[row] : row) >= drawn)
                continue;
            const double x = get(d, row, d->column[v]),
                         error = get(d, row, d->error[v]);
            const double bar = isfinite(error) ? error : 0;
            if (!isfinite(x))
                continue;
            *low = fmin(*low, x - bar);
            *high = fmax(*high, x + bar);
        }
}

/* The rules' own looks where rules are all that differs. */
static void put_looks(const struct drawing *d, FILE *stream, size_t curves)
{
    const bool rules = d->axis >= 0 && d->kept_count == 1 &&
                       strcmp(d->table->columns[d->kept[0]].name, "optimizer") == 0;
    fprintf(stream, "RULES = \"");
    for (size_t curve = 0; rules && curve < curves; curve++) {
        const char *name =
            table_get_text(d->table, first_row(d, curve), (size_t)d->kept[0]);
        fprintf(stream, "%s%s", curve ? " " : "", name ? name : "-");
    }
    fprintf(stream, "\"\n");
    fwrite(looks_gp, 1, (size_t)looks_gp_size, stream);
}

static void put_terminal(struct drawing *d, FILE *stream, int height, size_t curves)
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
    put_words(d, stream, style->caption);
    put_constants(d, stream);
    fprintf(stream, "\" at screen 0,0 offset 1,1.8 font \",10\" tc rgb TEXT\n");
}

static bool has_look(const struct drawing *d, enum plot_look look)
{
    for (int v = 0; v < d->values; v++)
        if (d->value[v]->look == look)
            return true;
    return false;
}

/* Of a curve: what `y` of its data says, y + 1 being the error. */
static void put_curve(const struct drawing *d, FILE *stream, size_t curve, int y,
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

static void put_value(const struct drawing *d, FILE *stream, size_t curve, int v,
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

static bool bands_have_names(const struct drawing *d, size_t curves)
{
    return d->axis >= 0 && curves > 1 && !d->style->text && has_look(d, PLOT_PAPER);
}

/* Where curves end: the value in the last row along the axis. */
static void find_ends(const struct drawing *d, size_t curves, int column, double *end)
{
    double place[PLOT_CURVES];
    for (size_t c = 0; c < curves; c++)
        place[c] = end[c] = NAN;
    for (size_t row = 0; row < d->table->rows; row++) {
        const size_t c = d->curves.of[row];
        const double x = get(d, row, d->axis);
        if (c >= curves || x < place[c])
            continue;
        place[c] = x;
        end[c] = get(d, row, column);
    }
}

/* The bands look alike: right of their ends stands whose they are, of those that end
 * together in one line. */
static void put_band_names(const struct drawing *d, FILE *stream, size_t curves, int v)
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
            put_title(d, stream, first_row(d, k));
            named[k] = begun = true;
        }
        fprintf(stream, "\") with labels left offset 1.2,0 font \",9\" tc rgb TEXT");
    }
}

/* Bands below, symbols on top. */
static void put_data(const struct drawing *d, FILE *stream, size_t curves)
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
static void put_key(const struct drawing *d, FILE *stream, size_t curves)
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
        put_title(d, stream, first_row(d, curve));
        fprintf(stream, "\"");
    }
    for (int v = 0; !d->style->text && d->values > 1 && v < d->values; v++)
        fprintf(stream, ", \\\n    keyentry with %s title \"%s\"",
                looks[d->value[v]->look], d->value[v]->title);
}

/* The same in words. */
static void put_legend(const struct drawing *d, FILE *stream)
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

static void put_axis_range(const struct drawing *d, FILE *stream)
{
    const double room = 0.03;
    if (spans(d->low, d->high)) {
        const double beyond = exp(room * (log(d->high) - log(d->low)));
        put_powers(stream, d->low, d->high);
        fprintf(stream, "set xrange [%.9g : %.9g]\n",
                fmax(d->low / beyond, fmin(d->low, 1 / largest)),
                fmin(d->high * beyond, largest));
    } else {
        put_range(stream, "x", d->low, d->high, room);
    }
}

static void put_axes(const struct drawing *d, FILE *stream, size_t drawn)
{
    const char *value_axis = d->axis >= 0 ? "y" : "x";
    double low, high;
    fprintf(stream, "set key tmargin left Left reverse horizontal noautotitle %s\n",
            d->style->text ? "samplen 1" : "samplen 3 maxcols 5");
    /* Letters cannot be turned. */
    if (d->style->text)
        fprintf(stream, "set title \"");
    else
        fprintf(stream, "set %slabel \"", value_axis);
    put_words(d, stream,
              d->style->plain && d->plot->plain ? d->plot->plain : d->plot->label);
    if (d->style->text)
        put_legend(d, stream);
    fprintf(stream, "\"\n");
    find_extent(d, drawn, &low, &high);
    if (spans(low, high))
        fprintf(stream, "set logscale %s\nset format %s \"%%g\"\n", value_axis,
                value_axis);
    else
        put_range(stream, value_axis, low, high, 0.05);
    if (d->axis >= 0) {
        fprintf(stream, "set xlabel \"");
        put_name(d, stream, (size_t)d->axis, false);
        fprintf(stream, "\"\n");
        put_axis_range(d, stream);
        return;
    }
    fprintf(stream, "set yrange [%g : -0.5]\nset ytics (", -0.5 - (double)drawn);
    for (size_t row = 0; row < drawn; row++) {
        fprintf(stream, "%s\"", row ? ", " : "");
        put_title(d, stream, row);
        fprintf(stream, "\" %d", -(int)row - 1);
    }
    fprintf(stream, ")\n");
}

static void put_script(struct drawing *d, FILE *stream, size_t drawn)
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
    struct drawing d;
    const int status = drawing_init(&d, plot, table, style, error);
    if (status == STATUS_OK) {
        const bool rows = d.axis < 0;
        const size_t most = rows ? PLOT_ROWS : PLOT_CURVES;
        extent->what = rows ? "rows" : "curves";
        extent->there = rows ? table->rows : d.curves.count;
        extent->drawn = extent->there < most ? extent->there : most;
        put_script(&d, stream, extent->drawn);
    }
    drawing_free(&d);
    return status;
}
