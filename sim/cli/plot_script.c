/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_script.h"

#include "cli/plot_words.h"

#include <math.h>

/* Between single quotes of gnuplot's nothing but these has a meaning, though
 * gnuplot 5.4 miscounts those behind a backslash, which is then a question mark. False
 * without memory. */
static bool put_quoted(FILE *stream, const char *text)
{
    struct text clean = {0};
    plot_words_clean(text ? text : "", &clean);
    fputc('\'', stream);
    for (const char *c = text_get(&clean); *c; c++)
        fputs(*c == '\''                   ? "''"
              : *c == '\\' && c[1] == '\'' ? "?"
                                           : (char[]){*c, '\0'},
              stream);
    fputc('\'', stream);
    const bool whole = !clean.failed;
    text_free(&clean);
    return whole;
}

void script_text(FILE *stream, const char *name, const char *value, struct text *text)
{
    fprintf(stream, "%s = ", name);
    if (!put_quoted(stream, value))
        text->failed = true;
    fputc('\n', stream);
}

void script_words(const struct script *script, const char *name, struct text *text)
{
    script_text(script->stream, name, text_get(text), text);
    text_clear(text);
}

/* A cell of a table of gnuplot's, behind it a blank or the end of the line. */
void script_cell(FILE *stream, double number, char end)
{
    if (isnan(number))
        fprintf(stream, "NaN%c", end);
    else
        fprintf(stream, "%.17g%c", number, end);
}

void script_triple(FILE *stream, double a, double b, double c)
{
    script_cell(stream, a, ' ');
    script_cell(stream, b, ' ');
    script_cell(stream, c, '\n');
}

double script_error(const struct script *script, size_t row)
{
    const int column = script->choice->columns.error;
    const double bar =
        column < 0 ? (double)NAN
                   : table_get_number(script->choice->table, row, (size_t)column);
    return bar <= PLOT_LARGEST ? bar : (double)NAN;
}
