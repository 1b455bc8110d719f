/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table_fit.h"

#include "base/interrupt.h"
#include "base/lines.h"
#include "cli/table_cells.h"

#include <stdlib.h>
#include <string.h>

enum {
    GAP = 2,           /* blanks between columns */
    USUAL_DIGITS = 6,  /* of numbers where there is room */
    FITTED_DIGITS = 5, /* the most of numbers in a table that is fitted */
    LEAST_DIGITS = 4,
    LONGEST_WORD = 16, /* in a column of texts; longer ones may be broken */
    LEAST_LINE = 8     /* narrower terminals are taken for this wide */
};

/* What a column needs, in characters. */
struct need {
    size_t most;  /* to have every cell and the name in one line */
    size_t least; /* with texts broken at blanks and the name at underscores */
};

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

/* The longest piece of a text that is not broken. */
static size_t longest_piece(const char *text, char mark)
{
    size_t longest = 0, begin = 0;
    for (size_t end = 0;; end++) {
        const bool here = mark == ' ' ? text[end] == 0 || is_blank(text[end])
                                      : text[end] == 0 || text[end] == mark;
        if (!here)
            continue;
        const size_t bytes = end - begin + (mark != ' ' && text[end] == mark);
        const size_t piece = lines_characters(text + begin, bytes);
        longest = piece > longest ? piece : longest;
        begin = end + 1;
        if (!text[end])
            return longest;
    }
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static bool is_detail(const struct table *table, size_t column)
{
    return table->columns[column].traits & COLUMN_DETAIL;
}

static struct need need_of(const struct table *table, size_t column, int digits)
{
    char number[TABLE_NUMBER_SIZE];
    const char *name = table->columns[column].name;
    struct need need = {lines_characters(name, strlen(name)), longest_piece(name, '_')};
    for (size_t row = 0; row < table->rows && !interrupt_pending(); row++) {
        const char *text = table_cell_text(table, row, column, digits, number);
        const size_t width = lines_characters(text, strlen(text));
        size_t piece = width;
        if (table->columns[column].kind == COLUMN_TEXT && width > need.least) {
            piece = longest_piece(text, ' ');
            piece = piece < LONGEST_WORD ? piece : LONGEST_WORD;
        }
        need.most = larger(need.most, width);
        need.least = larger(need.least, piece);
    }
    return need;
}

static bool ends_in(const char *text, const char *ending)
{
    const size_t length = strlen(text), size = strlen(ending);
    return length >= size && strcmp(text + length - size, ending) == 0;
}

/* Whether all cells of a column are the same; *empty: whether they have no content. */
static bool is_constant(const struct table *table, size_t column, bool *empty)
{
    char number[TABLE_NUMBER_SIZE], first[TABLE_NUMBER_SIZE];
    const char *text = table_cell_text(table, 0, column, 0, first);
    *empty = !*text;
    for (size_t row = 1; row < table->rows; row++)
        if (strcmp(text, table_cell_text(table, row, column, 0, number)) != 0)
            return *empty = false;
    return true;
}

/* Moves constant columns to the caption and leaves out empty ones, if others stay. */
static void place_constants(const struct table *table, struct table_layout *layout)
{
    size_t varying = 0;
    for (size_t k = 0; k < table->column_count; k++) {
        bool empty = false;
        if (layout->place[k] != TABLE_PLACE_SHOWN)
            continue;
        const bool verdict = ends_in(table->columns[k].name, "verdict");
        if (is_constant(table, k, &empty) && (empty || !verdict))
            layout->place[k] = empty ? TABLE_PLACE_NONE : TABLE_PLACE_CAPTION;
        else
            varying++;
    }
    for (size_t k = 0; k < table->column_count; k++) {
        if (varying == 0 && !is_detail(table, k))
            layout->place[k] = TABLE_PLACE_SHOWN;
        layout->captions += layout->place[k] == TABLE_PLACE_CAPTION;
    }
}

/* The width of the columns that are shown, with the gaps between them. */
static size_t total(const struct table *table, const struct table_layout *layout)
{
    size_t sum = 0;
    for (size_t k = 0; k < table->column_count; k++)
        if (layout->place[k] == TABLE_PLACE_SHOWN)
            sum += (sum > 0 ? GAP : 0) + layout->width[k];
    return sum;
}

/* In which order columns are chosen where not all fit. */
static int rank_of(const struct column *column)
{
    const bool minor = column->traits & COLUMN_MINOR || ends_in(column->name, "stderr");
    return ends_in(column->name, "verdict") ? 0 : minor ? 2 : 1;
}

/* Leaves out columns that do not fit. One always stays. */
static void cut(const struct table *table, struct table_layout *layout)
{
    enum table_place *place = layout->place;
    for (size_t k = 0; k < table->column_count; k++)
        if (place[k] == TABLE_PLACE_SHOWN)
            place[k] = TABLE_PLACE_CUT;
    for (int rank = 0; rank <= 2; rank++)
        for (size_t k = 0; k < table->column_count; k++) {
            if (place[k] != TABLE_PLACE_CUT || rank_of(&table->columns[k]) != rank)
                continue;
            place[k] = TABLE_PLACE_SHOWN;
            if (total(table, layout) > layout->line &&
                total(table, layout) > layout->width[k])
                place[k] = TABLE_PLACE_CUT;
        }
    for (size_t k = 0; k < table->column_count; k++)
        layout->cuts += place[k] == TABLE_PLACE_CUT;
}

/* Shares the rest of the line out among columns that are narrower than they could be:
 * each character to the one that is narrowest beside its need. */
static void widen(const struct table *table, const struct need *need,
                  struct table_layout *layout)
{
    for (size_t used = total(table, layout); used < layout->line; used++) {
        size_t best = table->column_count;
        for (size_t k = 0; k < table->column_count; k++)
            if (layout->place[k] == TABLE_PLACE_SHOWN &&
                layout->width[k] < need[k].most &&
                (best == table->column_count || need[k].most * layout->width[best] >
                                                    need[best].most * layout->width[k]))
                best = k;
        if (best == table->column_count)
            return;
        layout->width[best]++;
    }
}

/* Sets the widths for a number of digits: the most or the least that columns need.
 * Returns whether they fit. */
static bool try_digits(const struct table *table, int digits, bool most,
                       struct need *need, struct table_layout *layout)
{
    layout->digits = digits;
    for (size_t k = 0; k < table->column_count; k++) {
        if (layout->place[k] != TABLE_PLACE_SHOWN)
            continue;
        need[k] = need_of(table, k, digits);
        layout->width[k] = most ? need[k].most : need[k].least;
    }
    return layout->line == 0 || total(table, layout) <= layout->line;
}

bool table_fit(const struct table *table, size_t line, struct table_layout *layout)
{
    const size_t count = table->column_count;
    struct need *need = calloc(count, sizeof *need);
    *layout = (struct table_layout){
        .place = calloc(count, sizeof *layout->place),
        .width = calloc(count, sizeof *layout->width),
        .line = line == 0 ? 0 : larger(line, LEAST_LINE),
    };
    const bool made = need && layout->place && layout->width;
    if (!made)
        goto out;
    for (size_t k = 0; k < count; k++)
        layout->place[k] = is_detail(table, k) ? TABLE_PLACE_NONE : TABLE_PLACE_SHOWN;
    if (try_digits(table, USUAL_DIGITS, true, need, layout))
        goto out;
    layout->upright = table->rows == 1;
    if (layout->upright)
        goto out;
    if (table->rows > 0)
        place_constants(table, layout);
    if (try_digits(table, FITTED_DIGITS, true, need, layout))
        goto out;
    if (!try_digits(table, FITTED_DIGITS, false, need, layout) &&
        !try_digits(table, LEAST_DIGITS, false, need, layout))
        cut(table, layout);
    widen(table, need, layout);
out:
    free(need);
    return made;
}

void table_layout_free(struct table_layout *layout)
{
    free(layout->place);
    free(layout->width);
}
