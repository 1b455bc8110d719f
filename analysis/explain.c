/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include "base/data_file.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 79 };

/* What an explanation is made of, and as far as it has come. */
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

/* The letter for a raised or lowered character; NULL: there is none. */
static const char *raised(const char *c, size_t length)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴",
                                         "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (length == strlen("−") && strncmp(c, "−", length) == 0)
        return "⁻";
    return length == 1 && isdigit((unsigned char)*c) ? digits[*c - '0'] : NULL;
}

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

/* A group that is raised, lowered or under a root: in small letters where those exist
 * for all of it, else after `sign`, in parentheses unless it is one word. */
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

/* The number that the reference "measured|SETTING" of `length` bytes names. */
static int put_number(struct explanation *own, const char *reference, size_t length,
                      struct error *error)
{
    const struct ledger *ledger = own->ledger;
    const char *bar = memchr(reference, '|', length);
    const size_t column = bar ? (size_t)(bar - reference) : length;
    for (size_t k = 0; bar && k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        if (row->claim != own->claim ||
            strncmp(text_get(&row->setting), bar + 1, length - column - 1) != 0)
            continue;
        const bool measured = strncmp(reference, "measured", column) == 0;
        const double value = measured                                   ? row->measured
                             : strncmp(reference, "exact", column) == 0 ? row->exact
                                                                        : row->paper;
        if (isnan(value))
            text_add(own->out, "(%.*s: none in this run)", (int)column, reference);
        else
            text_add(own->out, "%.4g", value);
        if (!isnan(value) && measured && row->se > 0)
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

static const enum verdict words[] = {VERDICT_HOLDS,       VERDICT_HOLDS_IN_THE_LIMIT,
                                     VERDICT_FAILS,       VERDICT_INCONCLUSIVE,
                                     VERDICT_NOT_SAMPLED, VERDICT_NO_CLAIM};

/* "fails 47, holds 9" over the claim's rows: their paper verdicts of one form, or their
 * exact ones. */
static void put_verdicts(const struct explanation *own, const char *what, bool exact,
                         enum form form)
{
    const struct ledger *ledger = own->ledger;
    bool begun = false;
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        size_t count = 0;
        for (size_t k = 0; k < ledger->count; k++) {
            const struct ledger_row *row = &ledger->rows[k];
            if (row->claim == own->claim && (exact || row->form == form))
                count +=
                    (exact ? row->verdicts.exact : row->verdicts.paper) == words[w];
        }
        if (count == 0)
            continue;
        if (begun)
            text_add(own->out, ", ");
        else
            text_add(own->out, "- %s: ", what);
        text_add(own->out, "%s %zu", verdict_text(words[w]), count);
        begun = true;
    }
    text_add(own->out, begun ? "\n" : "");
}

static void put_summary(const struct explanation *own)
{
    const struct claim *claim = own->claim;
    if (!claim->check) {
        text_add(own->out, "It is %s: it %s.\n\n", verdict_text(claim->status),
                 claim->reason);
        return;
    }
    text_add(own->out, "Settings by verdict:\n\n");
    put_verdicts(own, "as printed", false, FORM_PRINTED);
    put_verdicts(own, "corrected", false, FORM_CORRECTED);
    put_verdicts(own, "measured against exact", true, FORM_PRINTED);
    text_add(own->out, "\nCommands:\n\n    pnm-verify --claim %s%s\n%s\n", claim->id,
             own->options, text_get(&own->commands));
}

/* --- texts ------------------------------------------------------------------------ */

/* The file of a claim's text: claims/eq18_19.md for eq18-19. */
static int find_text(const struct claim *claim, struct text *path, struct error *error)
{
    char name[80];
    snprintf(name, sizeof name, "claims/%s.md", claim->id);
    for (char *c = name + strlen("claims/"); c < name + strlen(name) - strlen(".md");
         c++)
        *c = *c == '-' || *c == '.' ? '_' : (char)tolower((unsigned char)*c);
    return data_file_find(name, path, error);
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
    struct text path = {0};
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = NULL;
    int status = find_text(own->claim, &path, error);
    if (status != STATUS_OK)
        goto out;
    text_clear(&own->commands);
    own->label[0] = '\0';
    file = fopen(text_get(&path), "r");
    while (file && status == STATUS_OK && getline(&line, &capacity, file) >= 0)
        status = read_line(own, line, error);
    if (status == STATUS_OK && (!file || ferror(file)))
        status = error_set(error, STATUS_SOFTWARE, "'%.400s' cannot be read: %s",
                           text_get(&path), strerror(errno));
    if (status == STATUS_OK)
        status = end_paragraph(own, error);
    if (status == STATUS_OK)
        put_summary(own);
out:
    if (file)
        fclose(file);
    free(line);
    text_free(&path);
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
