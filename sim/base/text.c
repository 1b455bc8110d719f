/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Makes room for `more` bytes and the zero byte behind them. False if memory runs out.
 */
static bool reserve(struct text *text, size_t more)
{
    if (text->length + more < text->capacity)
        return true;
    const size_t capacity = 2 * (text->length + more) + 32;
    char *grown = realloc(text->begin, capacity);
    if (!grown)
        return false;
    text->begin = grown;
    text->capacity = capacity;
    return true;
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int more = vsnprintf(NULL, 0, format, arguments);
    if (more < 0 || !reserve(text, (size_t)more)) {
        text->failed = true;
    } else {
        vsnprintf(text->begin + text->length, (size_t)more + 1, format, again);
        text->length += (size_t)more;
    }
    va_end(again);
    va_end(arguments);
}

const char *text_get(const struct text *text)
{
    return text->begin ? text->begin : "";
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->begin)
        text->begin[0] = '\0';
}

int text_check(const struct text *text, const char *what, struct error *error)
{
    return text->failed ? error_memory(error, what) : STATUS_OK;
}

void text_free(struct text *text)
{
    free(text->begin);
    *text = (struct text){0};
}
