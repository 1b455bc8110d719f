/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "required.h"

#include "base/data_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char defined[] = "defined in ";

/* Adds the statement of a line "NAME: TEXT". */
static int add_line(struct required *required, char *line, struct error *error)
{
    char *text = strstr(line, ": ");
    const size_t size = (required->count + 1) * sizeof *required->statement;
    struct statement *grown = realloc(required->statement, size);
    if (!grown)
        return error_memory(error, "the paper's statements");
    required->statement = grown;
    struct statement *added = &grown[required->count];
    line[strcspn(line, "\n")] = '\0';
    if (!text || (size_t)(text - line) >= sizeof added->name || !text[2] ||
        strlen(text + 2) >= sizeof added->text)
        return error_set(error, STATUS_SOFTWARE,
                         "claims/required.txt: '%s' is not of the form 'NAME: IDS'",
                         line);
    *text = '\0';
    snprintf(added->name, sizeof added->name, "%s", line);
    snprintf(added->text, sizeof added->text, "%s", text + 2);
    added->definition = strncmp(added->text, defined, strlen(defined)) == 0;
    required->count++;
    return STATUS_OK;
}

int required_read(struct required *required, struct error *error)
{
    struct data_file file;
    *required = (struct required){0};
    int status = data_file_open(&file, "claims/required.txt", error);
    while (status == STATUS_OK &&
           (status = data_file_line(&file, error)) == STATUS_OK && file.line)
        if (*file.line != '#')
            status = add_line(required, file.line, error);
    data_file_close(&file);
    if (status != STATUS_OK)
        required_free(required);
    return status;
}

void required_free(struct required *required)
{
    free(required->statement);
    *required = (struct required){0};
}

/* Whether a row of the claim with this id says whether what is printed holds. */
static bool is_decided(const struct ledger *ledger, const char *id, size_t length)
{
    for (size_t k = 0; k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        const enum verdict paper = row->verdicts.paper;
        if (strlen(row->claim->id) == length &&
            strncmp(row->claim->id, id, length) == 0 &&
            (paper == VERDICT_HOLDS || paper == VERDICT_HOLDS_IN_THE_LIMIT ||
             paper == VERDICT_FAILS))
            return true;
    }
    return false;
}

bool required_decided(const struct statement *statement, const struct ledger *ledger)
{
    if (statement->definition)
        return false;
    for (const char *id = statement->text; *id;) {
        const size_t length = strcspn(id, " ");
        if (!is_decided(ledger, id, length))
            return false;
        id += length + strspn(id + length, " ");
    }
    return true;
}

/* Appends the names of the statements that are not decided, definitions or others. */
static void tell_open(const struct required *required, const struct ledger *ledger,
                      bool definitions, const char *lead, struct text *text)
{
    for (size_t k = 0; k < required->count; k++) {
        const struct statement *s = &required->statement[k];
        if (s->definition != definitions || required_decided(s, ledger))
            continue;
        text_add(text, "%s%s", lead, s->name);
        lead = ", ";
    }
}

void required_tell(const struct required *required, const struct ledger *ledger,
                   struct text *text)
{
    size_t decided = 0;
    for (size_t k = 0; k < required->count; k++)
        decided += required_decided(&required->statement[k], ledger);
    text_add(text, "decided %zu of %zu numbered statements of the paper", decided,
             required->count);
    tell_open(required, ledger, true, "; definitions: ", text);
    tell_open(required, ledger, false, "; not decided: ", text);
}
