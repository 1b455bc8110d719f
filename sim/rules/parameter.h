/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parameter.h: a parameter of update rules or of losses. */
#ifndef PNM_PARAMETER_H
#define PNM_PARAMETER_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>

/* Options, result columns and help call a parameter by the same name. */
struct parameter {
    const char *name;    /* option name without the dashes, "beta1" */
    const char *aliases; /* other names of the option, "a|b"; NULL: none */
    const char *symbol;  /* the paper's symbol, "" if there is none */
    const char *doc;     /* one line */
    const char *preset;  /* the default as help states it; NULL: must be given */
    double preset_value; /* NAN where `complete` computes it from the others */
    double low, high;    /* valid range */
    bool low_open, high_open;
    /* The words that it allows, with NULL after the last; NULL if it takes a number. */
    const char *const *choices;
};

/* STATUS_USAGE if the value is not in the parameter's range; the error states both. */
PNM_MUST_USE int parameter_check(const struct parameter *parameter, double value,
                                 struct error *error);

/* Appends the range, "0 <= beta1 < 1" or "off|on". */
void parameter_range(const struct parameter *parameter, struct text *text);

/* Index of a word among the parameter's choices, or -1. */
int parameter_choice(const struct parameter *parameter, const char *word);

/* The same into *index; STATUS_USAGE, with the parameter's name and its choices, where
 * the word is none of them. */
PNM_MUST_USE int parameter_word(const struct parameter *parameter, const char *word,
                                int *index, struct error *error);

#endif
