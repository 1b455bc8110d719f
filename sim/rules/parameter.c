/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/parameter.h"

#include "base/nearest.h"
#include "base/parse.h"

#include <math.h>
#include <string.h>

void parameter_range(const struct parameter *p, struct text *text)
{
    for (int i = 0; p->choices && p->choices[i]; i++)
        text_add(text, "%s%s", i ? "|" : "", p->choices[i]);
    if (p->choices)
        return;
    if (!isfinite(p->low) && !isfinite(p->high)) {
        text_add(text, "any number");
        return;
    }
    if (isfinite(p->low))
        text_add(text, "%g %s ", p->low, p->low_open ? "<" : "<=");
    text_add(text, "%s", p->name);
    if (isfinite(p->high))
        text_add(text, " %s %g", p->high_open ? "<" : "<=", p->high);
}

int parameter_check(const struct parameter *p, double value, struct error *error)
{
    const bool above = p->low_open ? value > p->low : value >= p->low;
    const bool below = p->high_open ? value < p->high : value <= p->high;
    if (isfinite(value) && above && below)
        return STATUS_OK;
    char number[PARSE_TEXT];
    struct text range = {0};
    parameter_range(p, &range);
    parse_text_of(value, 6, number);
    error_write_about(error, p->name, "%s is out of range; allowed is %s", number,
                      text_get(&range));
    text_free(&range);
    return STATUS_USAGE;
}

int parameter_choice(const struct parameter *p, const char *word)
{
    for (int i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], word) == 0)
            return i;
    return -1;
}

int parameter_word(const struct parameter *p, const char *word, int *index,
                   struct error *error)
{
    *index = parameter_choice(p, word);
    if (*index >= 0)
        return STATUS_OK;
    struct text words = {0};
    struct nearest nearest = nearest_to(word, "");
    parameter_range(p, &words);
    nearest_try_list(&nearest, text_get(&words));
    error_write_about(error, p->name, "'%.200s' is not allowed%s; allowed: %s", word,
                      nearest.hint, text_get(&words));
    text_free(&words);
    return STATUS_USAGE;
}
