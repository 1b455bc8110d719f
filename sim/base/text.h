/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h: a text that grows as it is written.
 *
 *     struct text names = {0};
 *     text_add(&names, "%s%s", names.length ? ", " : "", name);
 *     status = text_check(&names, "the names", error);
 *     text_free(&names);
 *
 * If memory runs out, text_check reports it once; text_get still returns what was
 * written before. */
#ifndef PNM_TEXT_H
#define PNM_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *begin; /* ends in a zero byte; NULL: nothing was written yet */
    size_t length, capacity;
    bool failed;
};

/* Appends the formatted text. */
__attribute__((format(printf, 2, 3))) void text_add(struct text *text,
                                                    const char *format, ...);

/* What was written; "" before anything was. It stays valid until the next text_add. */
const char *text_get(const struct text *text);

/* Makes the text empty and keeps its memory. */
void text_clear(struct text *text);

/* STATUS_MEMORY if anything could not be appended; `what` names what the text is for.
 */
PNM_MUST_USE int text_check(const struct text *text, const char *what,
                            struct error *error);

/* Legal on a zeroed text; the text is then empty and may be written anew. */
void text_free(struct text *text);

#endif
