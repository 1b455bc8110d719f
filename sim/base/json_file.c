/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json_file.h"

#include <stdlib.h>
#include <string.h>

int json_file_byte(struct json_file *json)
{
    const int c = text_file_byte(json->file);
    if (json->broken) {
        json->line++;
        json->column = 0;
    }
    json->broken = c == '\n';
    json->column++;
    return c;
}

/* Keeps a byte; false if memory runs out. */
static bool keep(struct json_file *json, char c)
{
    if (json->length == json->size) {
        const size_t larger = json->size ? 2 * json->size : 256;
        char *grown = realloc(json->text, larger);
        json->out_of_memory = !grown;
        if (!grown)
            return false;
        json->text = grown;
        json->size = larger;
    }
    json->text[json->length++] = c;
    return true;
}

/* One byte at a time, so that the place of a mistake is known. */
static size_t next_byte(void *buffer, size_t size, void *data)
{
    struct json_file *json = data;
    const int c = size > 0 ? json_file_byte(json) : EOF;
    if (c == EOF || !keep(json, (char)c))
        return 0;
    *(unsigned char *)buffer = (unsigned char)c;
    return 1;
}

/* Whether two attempts to parse the same bytes have come to the same. */
static bool is_same(const json_t *value, const json_error_t *why, const json_t *again,
                    const json_error_t *why_again)
{
    if (value && again)
        return json_equal(value, again);
    return !value && !again && why->text[0] != '\0' &&
           strcmp(why->text, why_again->text) == 0 &&
           why->position == why_again->position;
}

int json_file_value(struct json_file *json, size_t flags, const char *whole,
                    json_t **value, struct error *error)
{
    json_error_t why, why_again;
    *value = json_load_callback(next_byte, json, flags, &why);
    json_t *again =
        json_loadb(json->text ? json->text : "", json->length, flags, &why_again);
    int status = text_file_check(json->file, error);
    if (status != STATUS_OK)
        goto out;
    if (json->out_of_memory || !is_same(*value, &why, again, &why_again))
        status = error_memory(error, whole);
    else if (!*value)
        status = error_about(error, STATUS_USAGE, json->file->quantity,
                             "%.400s, line %lu, column %lu: %s is not whole, or no "
                             "JSON: %s",
                             json->file->path, json->line + 1, json->column, whole,
                             why.text);
out:
    if (status != STATUS_OK) {
        json_decref(*value);
        *value = NULL;
    }
    json_decref(again);
    free(json->text);
    json->text = NULL;
    json->length = json->size = 0;
    return status;
}
