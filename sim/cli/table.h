/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table.h: a table of results, held in memory and written whole or not at all.
 *
 *     static const struct column columns[] = {
 *         {"i", COLUMN_COUNT, false}, {"exact", COLUMN_REAL, false}};
 *     status = table_init(&table, columns, 2, error);
 *     status = table_row(&table, error);
 *     table_count(&table, 0, 1);
 *     table_real(&table, 1, 0.1);
 *     status = table_write(&table, "out.csv", TABLE_CSV, 0, error);
 *
 * A cell takes 9 bytes (up to twice that in address space), and a text also its length
 * unless the row above holds the same text. Rows and columns count from 0. */
#ifndef PNM_TABLE_H
#define PNM_TABLE_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum table_format {
    TABLE_TEXT, /* aligned, for people: 6 digits, no detail columns, no notes */
    TABLE_CSV,  /* RFC 4180 with LF; '# key: value' lines, a header row, the rows */
    TABLE_JSON, /* {"provenance": {..}, "columns": [names], "rows": [{name: value}]} */
    TABLE_NPY,  /* an array of the numbers alone, float64 (base/npy.h); NAN: empty */
    TABLE_MARKDOWN, /* the content of TABLE_TEXT, for a pull request or an issue */
    TABLE_COLOR     /* TABLE_TEXT for a terminal, with verdicts in colour: the words in
                       columns whose names end in "verdict" */
};

enum column_kind { COLUMN_TEXT, COLUMN_REAL, COLUMN_COUNT };

struct column {
    const char *name; /* must outlive the table; different for every column */
    enum column_kind kind;
    unsigned traits; /* enum column_trait; `true` in a list is COLUMN_DETAIL */
};

enum column_trait {
    COLUMN_DETAIL = 1,  /* left out of TABLE_TEXT */
    COLUMN_SAMPLED = 2, /* only sampling fills it */
    COLUMN_PLAIN = 4,   /* about estimates without control variates */
    COLUMN_MINOR = 8    /* left out before others where a terminal is too narrow */
};

/* The columns of a table are listed once, with name, text, kind and traits:
 *
 *     #define COLUMN_LIST(COLUMN)            \
 *         COLUMN(OPTIMIZER, "optimizer", TEXT, false) \
 *         COLUMN(COUNT, "count", COUNT, true)
 *     enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };
 *     static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)}; */
#define TABLE_NUMBER(number, name, kind, traits) number,
#define TABLE_COLUMN(number, name, kind, traits)                                       \
    [number] = {name, COLUMN_##kind, traits},

union table_cell;
struct table_note;

struct plot;

/* The array that TABLE_NPY writes. */
struct table_array {
    int dimensions; /* 0: rows x columns, all columns that are not text */
    size_t size[3]; /* otherwise those of the numbers of one column, in row order */
    size_t column;
};

struct table {
    const struct plot *plot; /* how to draw the table (plot.h); NULL: not at all */
    struct table_array array;
    size_t swept; /* columns from here on were added because their values differ */
    struct column *columns;
    size_t column_count;
    struct table_note *notes;
    size_t note_count, note_capacity;
    union table_cell *cells; /* rows x column_count */
    unsigned char *filled;   /* same shape: what is in the cell (table_cells.h) */
    size_t rows, cell_capacity, filled_capacity;
    char *texts; /* all text cells, one after the other */
    size_t text_size, text_capacity;
    struct text prose;   /* if not empty, it is written in place of notes and rows */
    struct text closing; /* lines below the rows; CSV and NPY leave them out */
};

/* Copies columns[count], count > 0. STATUS_MEMORY; table_free is legal after a failed
 * init and on a zeroed table. */
PNM_MUST_USE int table_init(struct table *table, const struct column *columns,
                            size_t count, struct error *error);
void table_free(struct table *table);

/* Adds a note on where the numbers come from; CSV and JSON hold the notes in the order
 * given. Copies both texts. A key given again gets the new value in its old place.
 * STATUS_MEMORY. */
PNM_MUST_USE int table_note(struct table *table, const char *key, const char *value,
                            struct error *error);

/* Starts a row of empty cells. STATUS_MEMORY. */
PNM_MUST_USE int table_row(struct table *table, struct error *error);

/* Set a cell of the last row; the column must be of that kind. A text is copied
 * (STATUS_MEMORY); NULL, or a real that is not finite, empties the cell. */
PNM_MUST_USE int table_text(struct table *table, size_t column, const char *value,
                            struct error *error);
/* Sets the first `count` cells of the last row; NULL leaves a cell as it is. */
PNM_MUST_USE int table_texts(struct table *table, const char *const *values,
                             size_t count, struct error *error);
void table_real(struct table *table, size_t column, double value);
void table_count(struct table *table, size_t column, uint64_t value);

/* As table_real, for a number that chains were run for: where it is not finite, its
 * row says why. */
void table_known(struct table *table, size_t column, double value);

/* Says in the last row why its numbers are missing. The column is added behind the
 * others as soon as a row needs it. A row keeps its first reason. STATUS_MEMORY. */
#define TABLE_REASON "reason"
PNM_MUST_USE int table_reason(struct table *table, const char *text,
                              struct error *error);

/* Gives a reason to every row that lacks a number of table_known: "not sampled" where
 * the column `count` says 0, "one chain has no standard error", or "beyond the range of
 * numbers or undefined" and the names of the columns. STATUS_MEMORY. */
PNM_MUST_USE int table_reasons(struct table *table, struct error *error);

/* Leaves out the columns that have the trait. At least one must stay; cells are set by
 * their new columns from here on. */
void table_leave_out(struct table *table, enum column_trait trait);

size_t table_rows(const struct table *table);

/* The number in a cell of COLUMN_REAL or COLUMN_COUNT; NAN if the cell is empty. */
double table_get_number(const struct table *table, size_t row, size_t column);

/* The text in a cell of COLUMN_TEXT, NULL if the cell is empty; valid until the next
 * text is set. */
const char *table_get_text(const struct table *table, size_t row, size_t column);

/* Index of the column of that name; -1 if there is none. */
int table_column(const struct table *table, const char *name);

/* Writes the table to path; NULL is standard output. A file is afterwards the
 * complete new one or, after a failure, still the old one (whole_file.h). TABLE_TEXT
 * and TABLE_COLOR have lines of at most `line` characters (table_fit.h); 0: any number.
 *
 * Reals in CSV and JSON read back to the same bits (the decimal point is that of
 * LC_NUMERIC, which is "C" unless a program calls setlocale). JSON writes counts from
 * 2^63 on as reals, and '?' for bytes of a text that is not UTF-8.
 *
 * STATUS_OUTPUT, with the path and the reason, for every failure. */
PNM_MUST_USE int table_write(const struct table *table, const char *path,
                             enum table_format format, size_t line,
                             struct error *error);

/* The notes of TABLE_CSV; a failing stream is left to the caller. */
void table_csv_notes(const struct table *table, FILE *file);

#endif
