/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table_text.h"

#include "base/lines.h"
#include "base/text.h"
#include "cli/table_cells.h"
#include "cli/table_fit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Writes text with blanks for control characters. The blanks at its end are only
 * counted in *blanks; they are written if something follows on the line. */
static void put_solid(struct sink *sink, const char *text, size_t bytes, size_t *blanks)
{
    for (; bytes > 0; text++, bytes--) {
        if ((unsigned char)*text <= ' ' || *text == 0x7F) {
            ++*blanks;
            continue;
        }
        for (; *blanks > 0; --*blanks)
            sink_put(sink, " ");
        sink_put_bytes(sink, text, 1);
    }
}

/* The code that begins a verdict's colour; NULL: none. Nearly all colour-blind people
 * can tell blue from yellow, and every terminal shows bold. */
static const char *verdict_color(const char *column, const char *word)
{
    static const char *const colors[][2] = {
        {"holds", "\033[94m"},      {"holds in the limit", "\033[94m"},
        {"fails", "\033[1;33m"},    {"inconclusive", "\033[1m"},
        {"not sampled", "\033[1m"}, {"better", "\033[94m"},
        {"worse", "\033[1;33m"},
    };
    static const char verdict[] = "verdict";
    const size_t length = strlen(column), ending = sizeof verdict - 1;
    if (length < ending || strcmp(column + length - ending, verdict) != 0)
        return NULL;
    for (size_t k = 0; k < sizeof colors / sizeof *colors; k++)
        if (strcmp(word, colors[k][0]) == 0)
            return colors[k][1];
    return NULL;
}

/* put_solid in colour; the colour has no width. */
static void put_colored(struct sink *sink, const char *color, const char *text,
                        size_t bytes, size_t *blanks)
{
    for (; *blanks > 0; --*blanks)
        sink_put(sink, " ");
    sink_put(sink, color);
    sink_put_bytes(sink, text, bytes);
    sink_put(sink, "\033[0m");
}

/* The text in a row of the page: row 0 has the names of the columns, row i the cells of
 * the table's row i - 1. */
static const char *aligned_text(const struct table *table, size_t row, size_t column,
                                int digits, char number[static TABLE_NUMBER_SIZE])
{
    return row == 0 ? table->columns[column].name
                    : table_cell_text(table, row - 1, column, digits, number);
}

/* Finds part number `part` of a text that is broken into lines: its first byte and how
 * many bytes it has, 0 behind the last part. */
static const char *find_part(const char *text, size_t width, char mark, size_t part,
                             size_t *bytes)
{
    for (;;) {
        *bytes = lines_break(text, width, mark);
        if (part-- == 0 || *bytes == 0)
            return text;
        text += *bytes;
        while (*text == ' ')
            text++;
    }
}

/* Writes one of the lines of a row. False if nothing is in it: the row has ended. */
static bool put_part(struct sink *sink, const struct table *table, size_t row,
                     size_t part, const struct table_layout *layout, bool colored)
{
    size_t blanks = 0, gap = 0;
    bool some = part == 0;
    char number[TABLE_NUMBER_SIZE];
    for (size_t k = 0; k < table->column_count && !some; k++) {
        size_t bytes;
        if (layout->place[k] != TABLE_PLACE_SHOWN)
            continue;
        find_part(aligned_text(table, row, k, layout->digits, number), layout->width[k],
                  row == 0 ? '_' : ' ', part, &bytes);
        some = bytes > 0;
    }
    if (!some)
        return false;
    for (size_t k = 0; k < table->column_count; k++) {
        size_t bytes;
        if (layout->place[k] != TABLE_PLACE_SHOWN)
            continue;
        const char *text = aligned_text(table, row, k, layout->digits, number);
        const char *color =
            colored && row > 0 ? verdict_color(table->columns[k].name, text) : NULL;
        const char *here =
            find_part(text, layout->width[k], row == 0 ? '_' : ' ', part, &bytes);
        const size_t padding = layout->width[k] - lines_characters(here, bytes);
        const bool left = table->columns[k].kind == COLUMN_TEXT;
        blanks += gap + (left ? 0 : padding);
        if (color && bytes > 0)
            put_colored(sink, color, here, bytes, &blanks);
        else
            put_solid(sink, here, bytes, &blanks);
        blanks += left ? padding : 0;
        gap = 2;
    }
    sink_put(sink, "\n");
    return true;
}

/* Writes `bytes` of text behind `indent` blanks, broken at blanks into lines. */
static void put_broken(struct sink *sink, const char *text, size_t bytes, size_t line,
                       size_t indent)
{
    const char *const end = text + bytes;
    while (text < end) {
        const size_t here = lines_break(text, line - indent, ' ');
        const size_t left = (size_t)(end - text), part = here < left ? here : left;
        for (size_t k = 0; k < indent; k++)
            sink_put(sink, " ");
        sink_put_bytes(sink, text, part);
        sink_put(sink, "\n");
        for (text += part; text < end && *text == ' '; text++)
            ;
    }
}

void table_text_lines(struct sink *sink, const char *text, size_t line)
{
    if (line == 0) {
        sink_put(sink, text);
        return;
    }
    while (*text) {
        const size_t bytes = strcspn(text, "\n"), blanks = strspn(text, " ");
        const size_t indent = blanks < line / 2 && blanks < bytes ? blanks : 0;
        put_broken(sink, text + indent, bytes - indent, line, indent);
        if (bytes == 0)
            sink_put(sink, "\n");
        text += bytes + (text[bytes] == '\n');
    }
}

/* Says once what is the same in all rows: "all rows: lr 0.1, law stationary". */
static void put_caption(struct sink *sink, const struct table *table,
                        const struct table_layout *layout)
{
    struct text caption = {0};
    char number[TABLE_NUMBER_SIZE];
    size_t used = strlen("all rows:"), told = 0;
    text_add(&caption, "all rows:");
    for (size_t k = 0; k < table->column_count; k++) {
        if (layout->place[k] != TABLE_PLACE_CAPTION)
            continue;
        const char *name = table->columns[k].name;
        const char *text = table_cell_text(table, 0, k, layout->digits, number);
        const char *comma = ++told < layout->captions ? "," : "";
        const size_t width = lines_characters(name, strlen(name)) + 1 +
                             lines_characters(text, strlen(text)) + strlen(comma);
        const bool fits = used + 1 + width <= layout->line;
        text_add(&caption, "%s%s %s%s", fits ? " " : "\n", name, text, comma);
        used = fits ? used + 1 + width : width;
    }
    if (caption.failed)
        sink->failure = ENOMEM;
    table_text_lines(sink, text_get(&caption), layout->line);
    sink_put(sink, "\n");
    text_free(&caption);
}

/* Says which columns are not shown. */
static void put_cuts(struct sink *sink, const struct table *table,
                     const struct table_layout *layout)
{
    struct text cuts = {0};
    text_add(&cuts,
             "%zu %s not shown for lack of room (--wide shows %s):", layout->cuts,
             layout->cuts == 1 ? "column is" : "columns are",
             layout->cuts == 1 ? "it" : "them");
    for (size_t k = 0, told = 0; k < table->column_count; k++)
        if (layout->place[k] == TABLE_PLACE_CUT)
            text_add(&cuts, "%s %s", told++ ? "," : "", table->columns[k].name);
    if (cuts.failed)
        sink->failure = ENOMEM;
    table_text_lines(sink, text_get(&cuts), layout->line);
    text_free(&cuts);
}

/* A single row: a line a column, the name before the content. */
static void put_upright(struct sink *sink, const struct table *table,
                        const struct table_layout *layout, bool colored)
{
    size_t names = 0;
    char number[TABLE_NUMBER_SIZE];
    for (size_t k = 0; k < table->column_count; k++) {
        const size_t width = strlen(table->columns[k].name);
        if (layout->place[k] == TABLE_PLACE_SHOWN && width > names)
            names = width;
    }
    for (size_t k = 0; k < table->column_count; k++) {
        const char *name = table->columns[k].name;
        const char *text = table_cell_text(table, 0, k, layout->digits, number);
        const char *color = colored ? verdict_color(name, text) : NULL;
        if (layout->place[k] != TABLE_PLACE_SHOWN || !*text)
            continue;
        sink_put(sink, name);
        for (size_t blank = strlen(name); blank < names + 2; blank++)
            sink_put(sink, " ");
        sink_put(sink, color ? color : "");
        if (names + 2 < layout->line)
            for (const char *c = text; *c;) {
                const size_t here = lines_break(c, layout->line - names - 2, ' ');
                size_t blanks = 0;
                for (size_t blank = 0; c > text && blank < names + 2; blank++)
                    sink_put(sink, " ");
                put_solid(sink, c, here, &blanks);
                for (c += here; *c == ' '; c++)
                    ;
                sink_put(sink, *c ? "\n" : "");
            }
        sink_put(sink, color ? "\033[0m\n" : "\n");
    }
}

void table_text_rows(struct sink *sink, const struct table *table, size_t line,
                     bool colored)
{
    struct table_layout layout;
    if (!table_fit(table, line, &layout)) {
        sink->failure = ENOMEM;
    } else if (layout.upright) {
        put_upright(sink, table, &layout, colored);
    } else {
        if (layout.captions > 0)
            put_caption(sink, table, &layout);
        for (size_t row = 0; row <= table->rows && !sink->failure; row++)
            for (size_t part = 0;
                 put_part(sink, table, row, part, &layout, colored) && !sink->failure;
                 part++)
                ;
        if (layout.cuts > 0)
            put_cuts(sink, table, &layout);
    }
    table_layout_free(&layout);
}
