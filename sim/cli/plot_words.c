#include "cli/plot_words.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

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
void plot_words_put(const struct plot_drawing *d, FILE *stream, const char *text)
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

void plot_words_name(const struct plot_drawing *d, FILE *stream, size_t column,
                     bool symbol)
{
    const char *name = d->table->columns[column].name;
    for (size_t k = 0; k < sizeof names / sizeof *names && !d->style->plain; k++)
        if (strcmp(names[k].column, name) == 0) {
            plot_words_put(d, stream, symbol ? names[k].symbol : names[k].label);
            return;
        }
    plot_words_put(d, stream, name);
}

/* What a row has in a column: "pnm", "β₀ = 1". Returns if there was anything. */
static bool put_cell(const struct plot_drawing *d, FILE *stream, size_t row,
                     size_t column, const char *before)
{
    const bool text = d->table->columns[column].kind == COLUMN_TEXT;
    const char *word = text ? table_get_text(d->table, row, column) : NULL;
    const double number = text ? (double)NAN : table_get_number(d->table, row, column);
    if (!word && isnan(number))
        return false;
    fprintf(stream, "%s", before);
    if (word) {
        plot_words_put(d, stream, word);
        return true;
    }
    plot_words_name(d, stream, column, true);
    fprintf(stream, " = %g", number);
    return true;
}

/* What tells the row's curve from the others. */
void plot_words_title(const struct plot_drawing *d, FILE *stream, size_t row)
{
    bool begun = false;
    for (int k = 0; k < d->kept_count; k++)
        if (put_cell(d, stream, row, (size_t)d->kept[k], begun ? ", " : ""))
            begun = true;
}

/* The keys that are the same in all rows that have them; not what numbers the rows. */
void plot_words_constants(struct plot_drawing *d, FILE *stream)
{
    bool begun = false;
    for (int k = 0; k < d->keys; k++) {
        size_t row;
        if (d->table->columns[d->key[k]].kind != COLUMN_COUNT &&
            plot_drawing_count(d, d->key[k], &row) == 1)
            begun |= put_cell(d, stream, row, (size_t)d->key[k], begun ? ", " : "\\n");
    }
}
