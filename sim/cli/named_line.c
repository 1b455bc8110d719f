/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/named_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* A header holds the name besides a value that may be as long as a line of options. */
enum { LONGEST_OPTION = 1 << 20, LONGEST_NOTE = 1 << 21 };

int named_line_open(struct named_line *line, const char *option, const char *path,
                    struct error *error)
{
    *line = (struct named_line){.path = path};
    return text_file_open(&line->file, option, path, error);
}

void named_line_close(struct named_line *line)
{
    text_file_close(&line->file);
    *line = (struct named_line){0};
}

/* Reads a line, of at most `longest` bytes; false: it was the last one. */
static int next(struct named_line *line, size_t longest, bool *there,
                struct error *error)
{
    const int status = text_file_line(&line->file, longest, error);
    line->name = line->value = NULL;
    line->number = line->file.number;
    *there = status == STATUS_OK && line->file.length > 0;
    return status;
}

static int wrong(const struct named_line *line, const char *why, struct error *error)
{
    return error_set(error, STATUS_USAGE,
                     "%.400s, line %lu: %s; allowed are lines NAME = VALUE, comments "
                     "and [SECTION]",
                     line->path, line->number, why);
}

/* The text without blanks at both ends. */
static char *trimmed(char *text)
{
    text += strspn(text, " \t\n\v\f\r");
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* Ends the text before a ';' that stands at its start or behind a blank. */
static void drop_comment(char *text)
{
    bool blank = true;
    for (; *text; text++) {
        if (*text == ';' && blank) {
            *text = '\0';
            return;
        }
        blank = isspace((unsigned char)*text);
    }
}

/* Takes a line of options apart: a name, a section, or nothing. False: it is neither.
 */
static bool take_option(struct named_line *line, char *text)
{
    text = trimmed(text);
    if (*text == '#')
        return true;
    drop_comment(text);
    if (!*text)
        return true;
    char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, "=:");
    if (!end || !*end)
        return false;
    *end = '\0';
    if (*text == '[') {
        snprintf(line->section, sizeof line->section, "%s", text + 1);
        return true;
    }
    line->name = trimmed(text);
    line->value = trimmed(end + 1);
    return true;
}

int named_line_option(struct named_line *line, struct error *error)
{
    bool there = true;
    int status = STATUS_OK;
    line->name = NULL;
    while (status == STATUS_OK && there && !line->name) {
        status = next(line, LONGEST_OPTION, &there, error);
        if (there && !take_option(line, line->file.text))
            status = wrong(line, "the line is not NAME = VALUE", error);
    }
    return status;
}

int named_line_note(struct named_line *line, struct error *error)
{
    bool there;
    const int status = next(line, LONGEST_NOTE, &there, error);
    char *text = line->file.text;
    if (!there || text[0] != '#')
        return status;
    text[strcspn(text, "\r\n")] = '\0';
    line->name = text + (text[1] == ' ' ? 2 : 1);
    line->value = text[1] == ' ' ? strstr(text, ": ") : NULL;
    if (line->value) {
        *line->value = '\0';
        line->value += 2;
    }
    return STATUS_OK;
}
