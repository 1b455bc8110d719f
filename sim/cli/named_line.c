/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/named_line.h"

#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A header holds the name besides a value that may be as long as a line of options. */
enum { LONGEST_OPTION = 1 << 20, LONGEST_NOTE = 1 << 21 };

static int cannot_read(const struct named_line *line, struct error *error)
{
    return error_about(error, STATUS_USAGE, line->option, "cannot read '%.400s': %s",
                       line->path, strerror(errno));
}

int named_line_open(struct named_line *line, const char *option, const char *path,
                    struct error *error)
{
    *line = (struct named_line){.option = option, .path = path};
    line->file = fopen(path, "r");
    return line->file ? STATUS_OK : cannot_read(line, error);
}

void named_line_close(struct named_line *line)
{
    if (line->file)
        fclose(line->file);
    free(line->text);
    *line = (struct named_line){0};
}

/* Reads a line, of which at most `longest` bytes are read; *length is -1 at the end of
 * the file. */
static int next(struct named_line *line, size_t longest, long *length,
                struct error *error)
{
    errno = 0;
    line->name = line->value = NULL;
    *length = parse_text_line(line->file, longest, &line->text, &line->size);
    if (*length < 0 && errno == ENOMEM)
        return error_memory(error, "a line of a file");
    if (*length < 0 && ferror(line->file))
        return cannot_read(line, error);
    line->number += *length >= 0;
    return STATUS_OK;
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
    static const char mark[] = "\xEF\xBB\xBF"; /* of UTF-8, as some editors write it */
    if (line->number == 1 && strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
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
    long length = 0;
    int status = STATUS_OK;
    line->name = NULL;
    while (status == STATUS_OK && length >= 0 && !line->name) {
        status = next(line, LONGEST_OPTION, &length, error);
        if (status != STATUS_OK || length < 0)
            continue;
        if (strlen(line->text) != (size_t)length)
            status = wrong(line, "the line holds a zero byte", error);
        else if (length > LONGEST_OPTION - 3)
            status = wrong(line, "the line is longer than a million bytes", error);
        else if (!take_option(line, line->text))
            status = wrong(line, "the line is not NAME = VALUE", error);
    }
    return status;
}

int named_line_note(struct named_line *line, struct error *error)
{
    long length;
    const int status = next(line, LONGEST_NOTE, &length, error);
    if (status != STATUS_OK || length < 0 || line->text[0] != '#')
        return status;
    line->text[strcspn(line->text, "\r\n")] = '\0';
    line->name = line->text + (line->text[1] == ' ' ? 2 : 1);
    line->value = line->text[1] == ' ' ? strstr(line->text, ": ") : NULL;
    if (line->value) {
        *line->value = '\0';
        line->value += 2;
    }
    return STATUS_OK;
}
