/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c: whether a result says why each of its numbers is missing.
 *
 *     words RESULT.json [ORDINARY.json...]
 *
 * prints a line for each cell that is "nan", "inf" or empty without a word in its row,
 * and for what is not JSON; status 0 if there is none, 1 if there is one, 2 if it
 * cannot tell.
 *
 * ORDINARY are results of the same command at ordinary numbers. A cell may be empty if
 * it is so in a row of theirs with the same texts (a parameter that the rule lacks), or
 * if the row has a word that says why (words[]) and that none of those rows has.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLED                                                                        \
    "measured", "stderr", "count", "excess", "near_zero", "at_step", "ratio", "trace", \
        "logdet", "kl", "bound", "vacuous", "min_square", "slope", "gain", "low",      \
        "high", "below"

/* Words, the columns that have them, and how the names of the columns begin that may be
 * empty then. NULL: every text, every column. */
static const struct word {
    const char *column, *word, *excuses[24];
} words[] = {
    {"reason", NULL, {""}},
    {"exact_verdict", "not sampled", {SAMPLED}},
    {"verdict", "not sampled", {"exact"}}, /* a ratio with noise has none anyway */
    {"exact_verdict", "no claim", {"exact"}},
    {"exact_verdict", "not testable here", {"exact", SAMPLED}},
    {"paper_verdict", "no claim", {"paper"}},
    {"law", "diverges", {"exact", "paper", SAMPLED}},
    {"law", "undefined", {"exact", "paper", SAMPLED}},
    {"law", "not settled", {"exact", SAMPLED}},
};

static const char rows_begin[] = "\"rows\": [";

/* The texts of a row that tell what it is about, not how it went. */
static bool tells(const char *column)
{
    static const char *const others[] = {"verdict", "law",        "reason",
                                         "source",  "command",    "setting",
                                         "vacuous", "parameters", "near_zero"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (strstr(column, others[k]))
            return false;
    return true;
}

static bool same_texts(const json_t *a, const json_t *b)
{
    const char *column;
    json_t *cell;
    json_object_foreach((json_t *)a, column, cell)
    {
        const json_t *other = json_object_get(b, column);
        if ((json_is_string(cell) || json_is_string(other)) && tells(column) &&
            !json_equal(cell, other))
            return false;
    }
    return true;
}

/* Whether an ordinary row about the same has that cell empty. */
static bool ordinary_lacks(const json_t *ordinary, const json_t *row,
                           const char *column)
{
    size_t k;
    json_t *other;
    json_array_foreach((json_t *)ordinary, k, other)
    {
        const json_t *cell = json_object_get(other, column);
        if (json_is_null(cell) && same_texts(row, other))
            return true;
    }
    return false;
}

/* Whether an ordinary row about the same has that text. */
static bool ordinary_says(const json_t *ordinary, const json_t *row, const char *column,
                          const json_t *text)
{
    size_t k;
    json_t *other;
    json_array_foreach((json_t *)ordinary, k, other)
    {
        if (json_equal(json_object_get(other, column), text) && same_texts(row, other))
            return true;
    }
    return false;
}

static bool begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool excused(const json_t *ordinary, const json_t *row, const char *column)
{
    if (strcmp(column, "reason") == 0 || ordinary_lacks(ordinary, row, column))
        return true;
    /* A rule that is not stable needs no number of steps and has no gain. */
    if ((begins(column, "steps") || strcmp(column, "ms_gain") == 0) &&
        json_real_value(json_object_get(row, "margin")) <= 0)
        return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        const json_t *cell = json_object_get(row, words[k].column);
        const char *text = json_string_value(cell);
        if (!text || (words[k].word && strcmp(text, words[k].word) != 0) ||
            ordinary_says(ordinary, row, words[k].column, cell))
            continue;
        for (size_t i = 0; words[k].excuses[i]; i++)
            if (begins(column, words[k].excuses[i]))
                return true;
    }
    return false;
}

/* The number of cells without a word; they are printed. */
static int check_row(const json_t *ordinary, const json_t *row, size_t line)
{
    int missing = 0;
    const char *column;
    json_t *cell;
    json_object_foreach((json_t *)row, column, cell)
    {
        const char *text = json_string_value(cell);
        const size_t sign = text && (*text == '-' || *text == '+');
        const bool odd =
            text && (strcmp(text, "") == 0 || strcmp(text + sign, "nan") == 0 ||
                     strcmp(text + sign, "inf") == 0);
        if (odd || (json_is_null(cell) && !excused(ordinary, row, column))) {
            missing++;
            printf("row %zu: %s is '%s'\n", line, column, text ? text : "");
        }
    }
    return missing;
}

/* Reads the lines of a result, a row a line as programs write them, so that a million
 * of them fit in memory. Rows are checked, or appended to `rows` if that is not NULL.
 * -1: it is not JSON, or has no rows. */
static int read_result(const char *path, const json_t *ordinary, json_t *rows)
{
    char *line = NULL, *head = NULL;
    size_t size = 0, used = 0, row_count = 0;
    int missing = 0;
    bool in_rows = false, had_rows = false, ended = false;
    FILE *file = fopen(path, "r");
    for (ssize_t length;
         file && missing >= 0 && (length = getline(&line, &size, file)) > 0;) {
        while (length > 0 && strchr("\n", line[length - 1]))
            line[--length] = '\0';
        if (!in_rows) {
            char *longer = realloc(head, used + (size_t)length + 4);
            if (!longer)
                break;
            head = longer;
            memcpy(head + used, line, (size_t)length + 1);
            used += (size_t)length;
            in_rows = begins(line, rows_begin);
            const char *behind = in_rows ? line + sizeof rows_begin - 1 : line;
            had_rows = had_rows || in_rows;
            ended = had_rows && length >= 2 && strcmp(line + length - 2, "]}") == 0;
            in_rows = in_rows && !*behind;
            if (in_rows)
                memcpy(head + used, "]}", 3);
            continue;
        }
        /* Lines of text may follow the rows. */
        if (length >= 2 && strcmp(line + length - 2, "],") == 0) {
            memcpy(head + used, "],", 3);
            used += 2;
            line[--length] = '\0';
            in_rows = false;
        }
        const bool last = !in_rows;
        ended = length >= 2 && strcmp(line + length - 2, "]}") == 0;
        line[length - (ended ? 2 : last || line[length - 1] == ',')] = '\0';
        json_t *row = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(row))
            missing = -1;
        else if (rows)
            json_array_append(rows, row);
        else
            missing += check_row(ordinary, row, ++row_count);
        json_decref(row);
    }
    json_t *whole = head ? json_loads(head, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!whole || !ended)
        missing = -1;
    json_decref(whole);
    free(head);
    free(line);
    if (file)
        fclose(file);
    return missing;
}

int main(int argc, char **argv)
{
    json_t *ordinary = json_array();
    for (int k = 2; k < argc; k++)
        if (read_result(argv[k], NULL, ordinary) < 0) {
            printf("%s is not JSON with rows\n", argv[k]);
            return 2;
        }
    const int missing = argc > 1 ? read_result(argv[1], ordinary, NULL) : -1;
    json_decref(ordinary);
    if (missing < 0)
        printf("%s is not JSON with rows\n", argc > 1 ? argv[1] : "nothing");
    return missing < 0 ? 2 : missing > 0;
}
