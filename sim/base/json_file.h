/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_file.h: reads a value of JSON from a file that a user names (text_file.h).
 *
 * Jansson loses bytes of a string without a word where memory runs out while the string
 * grows. So what it has read is kept and parsed once more, and only what comes out
 * twice is believed. */
#ifndef PNM_JSON_FILE_H
#define PNM_JSON_FILE_H

#include "base/text_file.h"

#include <jansson.h>
#include <stdbool.h>

/* Zeroed but for `file`, which is open. */
struct json_file {
    struct text_file *file;
    unsigned long line, column; /* of the last byte, from 0 and 1 */
    bool broken;                /* whether the last byte was a line's end */
    char *text;                 /* the bytes of the value that have been read */
    size_t length, size;
    bool out_of_memory; /* a byte could not be kept */
};

/* The next byte of the file; EOF as text_file_byte has it. */
int json_file_byte(struct json_file *json);

/* Reads the next value, by Jansson's flags; the caller frees *value. `whole` says in a
 * message what is not whole if it is no value. STATUS_USAGE, with the place of the
 * mistake, STATUS_MEMORY, and what text_file_check returns. */
PNM_MUST_USE int json_file_value(struct json_file *json, size_t flags,
                                 const char *whole, json_t **value,
                                 struct error *error);

#endif
