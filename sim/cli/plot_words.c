/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_words.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

/* What a column is called in a name, where the paper has a symbol, and at its axis. */
static const struct {
    const char *column, *symbol, *axis;
} words[] = {
    {"lr", "η", "learning rate η"},
    {"lr_h", "ηh", "step size ηh"},
    {"eta0", "η₀", "rate applied η₀"},
    {"beta0", "β₀", NULL},
    {"beta1", "β₁", NULL},
    {"beta2", "β₂", NULL},
    {"beta3", "β₃", NULL},
    {"nu", "ν", NULL},
    {"sigma", "σ", "noise σ"},
    {"batch", "B", "batch size B"},
    {"h", "h", "curvature h"},
    {"h_i", "h", "curvature h"},
    {"h_j", "h of j", "curvature h of j"},
    {"i", "mode i", NULL},
    {"j", "mode j", NULL},
    {"p", "p", "probability p"},
    {"horizon", "T", "horizon T (steps)"},
    {"step", "t", "step t"},
    {"steps", "T", "steps T"},
    {"frequency", "f", "frequency (cycles a step)"},
};

static const char *symbol_of(const char *column, bool plain)
{
    for (size_t k = 0; !plain && k < sizeof words / sizeof *words; k++)
        if (strcmp(column, words[k].column) == 0)
            return words[k].symbol;
    return column;
}

void plot_words_axis(const char *column, bool plain, struct text *text)
{
    const char *axis = symbol_of(column, plain);
    for (size_t k = 0; !plain && k < sizeof words / sizeof *words; k++)
        if (strcmp(column, words[k].column) == 0 && words[k].axis)
            axis = words[k].axis;
    text_add(text, "%s", axis);
}

void plot_words_row(const struct plot_choice *choice, const int *columns, int count,
                    size_t row, bool plain, struct text *text)
{
    const struct table *table = choice->table;
    const size_t begin = text->length;
    for (int k = 0; k < count; k++) {
        const struct column *column = &table->columns[columns[k]];
        const char *comma = text->length > begin ? ", " : "";
        if (column->kind == COLUMN_TEXT) {
            const char *cell = table_get_text(table, row, (size_t)columns[k]);
            if (cell)
                text_add(text, "%s%s", comma, cell);
            continue;
        }
        const double number = table_get_number(table, row, (size_t)columns[k]);
        if (!isnan(number))
            text_add(text, "%s%s = %.4g", comma, symbol_of(column->name, plain),
                     number);
    }
}

/* Letters of UTF-8. */
static size_t count_letters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

/* Appends a name, behind ", " or "; ", to a list, which says "..." in place of those
 * behind the first that does not fit in `line` letters. `before` names are in it.
 * Returns false from that one on, and frees the name. */
static bool list_add(struct text *list, size_t line, size_t before, bool last,
                     char separator, struct text *name)
{
    const size_t wanted = count_letters(text_get(list)) +
                          count_letters(text_get(name)) + 2 + (last ? 0 : 5);
    const bool fits = wanted <= line;
    if (before > 0)
        text_add(list, "%c ", separator);
    text_add(list, "%s", fits ? text_get(name) : "...");
    list->failed = list->failed || name->failed;
    text_free(name);
    return fits;
}

void plot_words_same(const struct plot_choice *choice, bool plain, size_t line,
                     struct text *text)
{
    const struct table *table = choice->table;
    bool fits = true;
    for (int k = 0; fits && k < choice->sames; k++) {
        struct text name = {0};
        size_t row = 0;
        const bool is_text = table->columns[choice->same[k]].kind == COLUMN_TEXT;
        while (row + 1 < table->rows &&
               (is_text ? !table_get_text(table, row, (size_t)choice->same[k])
                        : isnan(table_get_number(table, row, (size_t)choice->same[k]))))
            row++;
        plot_words_row(choice, &choice->same[k], 1, row, plain, &name);
        fits = list_add(text, line, (size_t)k, k + 1 == choice->sames, ',', &name);
    }
}

/* Appends the rules of the table, by their names, or how many there are. */
static void add_rules(const struct plot_choice *choice, struct text *text)
{
    enum { NAMED = 4 };
    const struct table *table = choice->table;
    const int column = table_column(table, "optimizer");
    const char *name[NAMED] = {0};
    size_t count = 0;
    for (size_t row = 0; column >= 0 && count <= NAMED && row < table->rows; row++) {
        const char *rule = table_get_text(table, row, (size_t)column);
        size_t k = 0;
        while (rule && k < count && k < NAMED && strcmp(name[k], rule) != 0)
            k++;
        if (rule && k == count) {
            if (count < NAMED)
                name[count] = rule;
            count++;
        }
    }
    for (size_t k = 0; count <= NAMED && k < count; k++)
        text_add(text, "%s%s", k > 0 ? ", " : ": ", name[k]);
    if (count > NAMED)
        text_add(text, ": update rules");
}

void plot_words_title(const struct plot_choice *choice, bool plain, struct text *text)
{
    const struct plot *plot = choice->plot;
    const char *label = plain && plot->plain ? plot->plain : plot->label;
    text_add(text, "%c%s", toupper((unsigned char)*label), label + 1);
    if (choice->x.column >= 0) {
        text_add(text, " against ");
        plot_words_axis(choice->table->columns[choice->x.column].name, plain, text);
    }
    if (choice->y.column >= 0) {
        text_add(text, " and ");
        plot_words_axis(choice->table->columns[choice->y.column].name, plain, text);
    }
    add_rules(choice, text);
}

static void add_missing(const struct plot_choice *choice,
                        const struct plot_parts *parts, const char *what, bool plain,
                        size_t line, struct text *text)
{
    const struct groups *groups = &parts->groups;
    const size_t missing = groups->count - parts->drawn;
    size_t named = 0;
    bool fits = parts->keys > 0;
    if (missing == 0)
        return;
    text_add(text, "%s%zu of %zu %s %s not shown", text->length ? "; " : "", missing,
             groups->count, what, missing == 1 ? "is" : "are");
    for (size_t group = 0; fits && group < groups->count; group++) {
        struct text name = {0};
        if (parts->place[group] != SIZE_MAX)
            continue;
        plot_words_row(choice, parts->key, parts->keys, groups_first(groups, group),
                       plain, &name);
        if (named == 0)
            text_add(text, ": ");
        fits = list_add(text, line, named, named + 1 == missing,
                        parts->keys > 1 ? ';' : ',', &name);
        named++;
    }
}

void plot_words_missing(const struct plot_choice *choice, bool plain, size_t line,
                        struct text *text)
{
    add_missing(choice, &choice->panels, "panels", plain, line, text);
    add_missing(choice, &choice->curves, choice->kind == PLOT_BELOW ? "rows" : "curves",
                plain, line, text);
}

void plot_words_clean(const char *text, struct text *clean)
{
    errno = 0;
    json_t *letters = json_string(text); /* NULL where it is not UTF-8 */
    clean->failed = clean->failed || (!letters && errno == ENOMEM);
    for (const char *c = text; *c; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool none = byte < ' ' || byte == 0x7F || (byte >= 0x80 && !letters) ||
                          strncmp(c, "\xEF\xBF\xBE", 3) == 0 ||
                          strncmp(c, "\xEF\xBF\xBF", 3) == 0;
        text_add(clean, "%c", none ? '?' : *c);
        c += none && letters && byte >= 0x80 ? 2 : 0;
    }
    json_decref(letters);
}
