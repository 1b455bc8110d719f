/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_file.h: reads a text that a user names, byte by byte or line by line.
 *
 * Every reader of such files goes through here, so that each of them skips the mark
 * that some editors put before the first line, tells an error in reading from the end
 * of the file, refuses a zero byte, and stops at Ctrl-C and at 2^28 bytes, because a
 * device may be endless.
 *
 *     struct text_file file;
 *     int status = text_file_open(&file, "spectrum", path, error);
 *     while (status == STATUS_OK &&
 *            (status = text_file_line(&file, longest, error)) == STATUS_OK &&
 *            file.length > 0)
 *         ... file.text, file.number ...
 *     text_file_close(&file);
 */
#ifndef PNM_TEXT_FILE_H
#define PNM_TEXT_FILE_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

struct text_file {
    const char *quantity; /* that an error is about */
    const char *path;
    FILE *stream;
    char *text; /* the line, its newline included, and a zero byte */
    size_t length, size;
    unsigned long number; /* of the line, from 1 */
    size_t left;          /* bytes that may still be read */
    int failure;          /* errno of what ended the reading; 0: nothing has */
};

/* STATUS_USAGE if the file cannot be read, STATUS_MEMORY. text_file_close is legal
 * after a failure. */
PNM_MUST_USE int text_file_open(struct text_file *file, const char *quantity,
                                const char *path, struct error *error);
void text_file_close(struct text_file *file);

/* The next byte. EOF at the end of the file, and where reading ended early, which
 * text_file_check then tells. */
int text_file_byte(struct text_file *file);

/* The next byte, which the next call returns again. */
int text_file_peek(struct text_file *file);

/* STATUS_OK unless reading ended early: STATUS_USAGE for a read error and for a file
 * that is too large, STATUS_INTERRUPTED, STATUS_MEMORY. */
PNM_MUST_USE int text_file_check(const struct text_file *file, struct error *error);

/* Reads the next line into file->text; length 0: none is left. It ends in LF or CR LF,
 * which stay as they are, or in CR alone, which becomes LF. STATUS_USAGE, with path
 * and line, for a zero byte and for more than `longest` bytes; and as text_file_check.
 */
PNM_MUST_USE int text_file_line(struct text_file *file, size_t longest,
                                struct error *error);

#endif
