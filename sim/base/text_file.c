/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text_file.h"

#include "base/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const size_t largest_file = (size_t)1 << 28; /* bytes */

/* Skips the mark EF BB BF, by which some editors say that a file is UTF-8. A part of it
 * is no text of any kind. */
static int skip_mark(struct text_file *file, struct error *error)
{
    if (text_file_peek(file) != 0xEF)
        return STATUS_OK;
    text_file_byte(file);
    if (text_file_byte(file) == 0xBB && text_file_byte(file) == 0xBF)
        return STATUS_OK;
    const int status = text_file_check(file, error);
    return status != STATUS_OK
               ? status
               : error_about(error, STATUS_USAGE, file->quantity,
                             "%.400s, line 1, column 1: the file begins with a part "
                             "of the mark of UTF-8, so it is no text file",
                             file->path);
}

int text_file_open(struct text_file *file, const char *quantity, const char *path,
                   struct error *error)
{
    *file =
        (struct text_file){.quantity = quantity, .path = path, .left = largest_file};
    file->stream = fopen(path, "r");
    if (file->stream)
        return skip_mark(file, error);
    file->failure = errno;
    return text_file_check(file, error);
}

void text_file_close(struct text_file *file)
{
    if (file->stream)
        fclose(file->stream);
    free(file->text);
    *file = (struct text_file){0};
}

int text_file_byte(struct text_file *file)
{
    if (file->failure)
        return EOF;
    if (interrupt_pending())
        file->failure = EINTR;
    else if (file->left == 0)
        file->failure = EFBIG;
    if (file->failure)
        return EOF;
    const int c = getc(file->stream);
    if (c == EOF && ferror(file->stream))
        file->failure = errno ? errno : EIO;
    file->left -= c != EOF;
    return c;
}

int text_file_peek(struct text_file *file)
{
    const int c = text_file_byte(file);
    if (c == EOF)
        return c;
    file->left++;
    return ungetc(c, file->stream);
}

int text_file_check(const struct text_file *file, struct error *error)
{
    if (!file->failure)
        return STATUS_OK;
    const int status = interrupt_check(error);
    if (status != STATUS_OK)
        return status;
    if (file->failure == ENOMEM)
        return error_memory(error, "reading a file");
    if (file->failure == EFBIG && file->left == 0)
        return error_about(error, STATUS_USAGE, file->quantity,
                           "%.400s, line %lu: the file is too large; allowed are up to "
                           "2^28 bytes",
                           file->path, file->number);
    return error_about(error, STATUS_USAGE, file->quantity, "cannot read '%.400s': %s",
                       file->path, strerror(file->failure));
}

/* Appends a byte. False if memory runs out. */
static bool append(struct text_file *file, int c)
{
    if (file->length == file->size) {
        const size_t larger = file->size ? 2 * file->size : 256;
        char *grown = realloc(file->text, larger);
        if (!grown)
            return false;
        file->text = grown;
        file->size = larger;
    }
    file->text[file->length++] = (char)c;
    return true;
}

static int wrong(const struct text_file *file, const char *why, struct error *error)
{
    return error_about(error, STATUS_USAGE, file->quantity, "%.400s, line %lu: %s",
                       file->path, file->number, why);
}

int text_file_line(struct text_file *file, size_t longest, struct error *error)
{
    int c = 0;
    char why[64];
    file->length = 0;
    file->number++;
    while (c != '\n' && (c = text_file_byte(file)) != EOF) {
        if (c == '\r' && text_file_peek(file) != '\n')
            c = '\n';
        if (c == '\0')
            return wrong(file, "the line holds a zero byte, so this is no text file",
                         error);
        if (file->length == longest) {
            snprintf(why, sizeof why, "the line is longer than %zu bytes", longest);
            return wrong(file, why, error);
        }
        if (!append(file, c))
            return error_memory(error, "a line of a file");
    }
    const int status = text_file_check(file, error);
    if (status != STATUS_OK || file->length == 0)
        return status;
    if (!append(file, '\0'))
        return error_memory(error, "a line of a file");
    file->length--;
    return STATUS_OK;
}
