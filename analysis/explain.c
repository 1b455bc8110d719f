/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include "base/data_file.h"
#include "verdict/ledger_count.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

/* An explanation while it is written. */
struct explanation {
    const struct ledger *ledger;
    const struct claim *claim;
    const char *options;
    struct text *out;
    struct text paragraph; /* its lines as they stand in the file, joined by blanks */
    struct text commands;  /* their lines */
    char label[32];        /* begins the next paragraph: "Why"; "": nothing does */
};

/* --- mathematics ------------------------------------------------------------------ */

/* The small letter for a raised character; NULL: there is none. */
static const char *raised(const char *c, size_t length)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴",
                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (length == strlen("−") && strncmp(c, "−", length) == 0)
        return "⁻";
    return length == 1 && isdigit((unsigned char)*c) ? digits[*c - '0'] : NULL;
}

/* The same for a lowered character. */
static const char *lowered(const char *c, size_t length)
{
    static const char *const digits[] = {"₀", "₁", "₂", "₃", "₄",
                                         "₅", "₆", "₇", "₈", "₉"};
    return length == 1 && isdigit((unsigned char)*c) ? digits[*c - '0'] : NULL;
}

/* Bytes of the UTF-8 letter that begins at c. */
static size_t letter_size(const char *c)
{
    size_t size = 1;
    while (((unsigned char)c[size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* Where the group ends that begins with the brace at `begin`: its closing brace. */
static const char *group_end(const char *begin, const char *end)
{
    int depth = 0;
    for (const char *c = begin; c < end; c++) {
        depth += *c == '{' ? 1 : *c == '}' ? -1 : 0;
        if (depth == 0)
            return c;
    }
    return end;
}

static void put_mathematics(struct text *out, const char *begin, const char *end);

/* Writes a group that is raised, lowered or under a root: in small letters if all of it
 * has them, else behind `sign`, in parentheses unless it is one word. */
static void put_group(struct text *out, const char *sign, const char *begin,
                      const char *end, const char *(*small)(const char *, size_t))
{
    bool all_small = small != NULL, one_word = true;
    for (const char *c = begin; c < end; c += letter_size(c)) {
        all_small = all_small && small(c, letter_size(c));
        one_word = one_word && (letter_size(c) > 1 ? strncmp(c, "−", 3) != 0
                                                   : isalnum((unsigned char)*c));
    }
    for (const char *c = begin; all_small && c < end; c += letter_size(c))
        text_add(out, "%s", small(c, letter_size(c)));
    if (all_small)
        return;
    text_add(out, "%s%s", sign, one_word ? "" : "(");
    put_mathematics(out, begin, end);
    text_add(out, "%s", one_word ? "" : ")");
}

static void put_mathematics(struct text *out, const char *begin, const char *end)
{
    static const char root[] = "√";
    for (const char *c = begin; c < end;) {
        const bool is_root = strncmp(c, root, strlen(root)) == 0;
        const char *group = c + (is_root ? strlen(root) : 1);
        if (group >= end || (is_root && *group != '{') ||
            (!is_root && *c != '_' && *c != '^')) {
            text_add(out, "%.*s", (int)letter_size(c), c);
            c += letter_size(c);
            continue;
        }
        const bool braces = *group == '{';
        const char *last = braces ? group_end(group, end) : group + letter_size(group);
        put_group(out,
                  is_root     ? root
                  : *c == '_' ? "_"
                              : "^",
                  group + braces, last,
                  is_root     ? NULL
                  : *c == '_' ? lowered
                              : raised);
        c = last + braces;
    }
}

/* --- numbers ---------------------------------------------------------------------- */

/* The value of a row that a reference names by its column; NULL: there is no such one.
 */
static const double *value_of(const struct ledger_row *row, const char *column)
{
    return strcmp(column, "measured") == 0 ? &row->measured
           : strcmp(column, "exact") == 0  ? &row->exact
           : strcmp(column, "paper") == 0  ? &row->paper
                                           : NULL;
}

/* Writes the number that the reference "measured|SETTING" of `length` bytes names. */
static int put_number(struct explanation *own, const char *reference, size_t length,
                      struct error *error)
{
    const struct ledger *ledger = own->ledger;
    const size_t column_length = strcspn(reference, "|>");
    const char *setting = reference + column_length + 1;
    char column[16];
    snprintf(column, sizeof column, "%.*s", (int)column_length, reference);
    for (size_t k = 0; column_length < length && k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        const double *value = value_of(row, column);
        if (!value || row->claim != own->claim ||
            strncmp(text_get(&row->setting), setting, length - column_length - 1) != 0)
            continue;
        if (isnan(*value))
            text_add(own->out, "(%s: none in this run)", column);
        else
            text_add(own->out, "%.4g", *value);
        if (value == &row->measured && !isnan(*value) && row->se > 0)
            text_add(own->out, " ± %.2g", row->se);
        return STATUS_OK;
    }
    return error_set(error, STATUS_SOFTWARE,
                     "the text of claim %s names a row that it has not: <<%.*s>>",
                     own->claim->id, (int)length, reference);
}

/* --- paragraphs ------------------------------------------------------------------- */

/* Breaks what out holds from `from` on into lines. */
static void wrap(struct text *out, size_t from)
{
    size_t width = 0, blank = 0;
    for (size_t k = from; k < out->length; k++) {
        if (out->begin[k] == ' ')
            blank = k;
        width += ((unsigned char)out->begin[k] & 0xC0) != 0x80;
        if (width <= WIDTH || blank <= from)
            continue;
        out->begin[blank] = '\n';
        from = blank;
        width = 0;
        for (size_t c = blank + 1; c <= k; c++)
            width += ((unsigned char)out->begin[c] & 0xC0) != 0x80;
    }
}

/* Ends the paragraph that has been read, if there is one. */
static int end_paragraph(struct explanation *own, struct error *error)
{
    int status = STATUS_OK;
    const size_t from = own->out->length;
    const char *c = text_get(&own->paragraph);
    if (!*c)
        return STATUS_OK;
    if (*own->label)
        text_add(own->out, "%s: ", own->label);
    own->label[0] = '\0';
    while (*c && status == STATUS_OK) {
        const bool number = strncmp(c, "<<", 2) == 0;
        const char *end = number      ? strstr(c, ">>")
                          : *c == '$' ? strchr(c + 1, '$')
                                      : NULL;
        if (end && number)
            status = put_number(own, c + 2, (size_t)(end - c - 2), error);
        else if (end)
            put_mathematics(own->out, c + 1, end);
        else
            text_add(own->out, "%c", *c);
        c = end ? end + (number ? 2 : 1) : c + 1;
    }
    if (!own->out->failed)
        wrap(own->out, from);
    text_add(own->out, "\n\n");
    text_clear(&own->paragraph);
    return status;
}

/* --- verdicts --------------------------------------------------------------------- */

static void put_summary(const struct explanation *own)
{
    static const char *const leads[] = {
        [FORM_PRINTED] = "- as printed: ",
        [FORM_INTENDED] = "- as intended: ",
        [FORM_CORRECTED] = "- corrected: ",
        [FORM_FIRST_ORDER] = "- leading order at finite steps: ",
    };
    const struct claim *claim = own->claim;
    if (!claim->check) {
        text_add(own->out, "It is %s: it %s.\n\n", verdict_text(claim->status),
                 claim->reason);
        return;
    }
    const bool analogue = claim->kind == CLAIM_ANALOGUE;
    if (analogue)
        text_add(own->out,
                 "In short: it is an analogue and says nothing of the paper's "
                 "experiment. Its rows:\n\n");
    else
        text_add(own->out, "In short: %s. Its rows by form and verdict:\n\n",
                 ledger_count_words(own->ledger, claim));
    for (enum form form = FORM_PRINTED; form <= FORM_FIRST_ORDER; form++)
        if (ledger_count_papers(own->ledger, claim, form, leads[form], own->out))
            text_add(own->out, "\n");
    if (ledger_count_exacts(own->ledger, claim,
                            analogue ? "- the first rule beside the second: "
                                     : "- measured against exact: ",
                            own->out))
        text_add(own->out, "\n");
    text_add(own->out, "\nCommands:\n\n    pnm-verify --claim %s%s\n%s\n", claim->id,
             own->options, text_get(&own->commands));
}

/* --- texts ------------------------------------------------------------------------ */

/* Opens the text of a claim: claims/eq18_19.md for eq18-19. */
static int open_text(const struct claim *claim, struct data_file *file,
                     struct error *error)
{
    char name[80];
    snprintf(name, sizeof name, "claims/%s.md", claim->id);
    for (char *c = name + strlen("claims/"); c < name + strlen(name) - strlen(".md");
         c++)
        *c = *c == '-' || *c == '.' ? '_' : (char)tolower((unsigned char)*c);
    return data_file_open(file, name, error);
}

static int read_line(struct explanation *own, char *line, struct error *error)
{
    struct text *paragraph = &own->paragraph;
    int status = STATUS_OK;
    line[strcspn(line, "\n")] = '\0';
    if (*line == '#' || *line == '\0')
        status = end_paragraph(own, error);
    if (strncmp(line, "## ", 3) == 0)
        snprintf(own->label, sizeof own->label, "%s", line + 3);
    else if (*line == '#')
        text_add(own->out, "#%s\n\nPlace: %s.\n\n", line, own->claim->where);
    else if (*line == ' ')
        text_add(&own->commands, "%s\n", line);
    else if (*line == '-')
        text_add(paragraph, "%s%s", paragraph->length ? ", " : "", line + 2);
    else
        text_add(paragraph, "%s%s", paragraph->length && *line ? " " : "", line);
    return status;
}

static int put_claim(struct explanation *own, struct error *error)
{
    struct data_file file;
    int status = open_text(own->claim, &file, error);
    text_clear(&own->commands);
    own->label[0] = '\0';
    while (status == STATUS_OK &&
           (status = data_file_line(&file, error)) == STATUS_OK && file.line)
        status = read_line(own, file.line, error);
    if (status == STATUS_OK)
        status = end_paragraph(own, error);
    if (status == STATUS_OK)
        put_summary(own);
    data_file_close(&file);
    return status;
}

int explain(const struct ledger *ledger, const char *options, struct text *text,
            struct error *error)
{
    struct explanation own = {.ledger = ledger, .options = options, .out = text};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < ledger->count; k++) {
        if (ledger->rows[k].claim == own.claim)
            continue;
        own.claim = ledger->rows[k].claim;
        status = put_claim(&own, error);
    }
    if (status == STATUS_OK)
        status = text_check(&own.paragraph, "the explanation", error);
    if (status == STATUS_OK)
        status = text_check(&own.commands, "the explanation", error);
    if (status == STATUS_OK)
        status = text_check(text, "the explanation", error);
    text_free(&own.paragraph);
    text_free(&own.commands);
    return status;
}
