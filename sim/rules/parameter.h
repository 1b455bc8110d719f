/* parameter.h: a parameter of update rules or of losses. */
#ifndef PNM_PARAMETER_H
#define PNM_PARAMETER_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>

/* The same word on the command line, in result columns, in help. */
struct parameter {
    const char *name;    /* option name without the dashes, "beta1" */
    const char *symbol;  /* the paper's symbol, "" if there is none */
    const char *doc;     /* one line */
    const char *preset;  /* how help states the default; NULL: must be given */
    double preset_value; /* NAN where `complete` computes it from the others */
    double low, high;    /* valid range */
    bool low_open, high_open;
    /* Words of which it takes one, NULL after the last. NULL: it takes numbers. */
    const char *const *choices;
};

/* STATUS_USAGE, with the parameter's name, the value and the range, where the value is
 * not in the parameter's range. */
PNM_MUST_USE int parameter_check(const struct parameter *parameter, double value,
                                 struct error *error);

/* Appends the range, "0 <= beta1 < 1" or "off|on". */
void parameter_range(const struct parameter *parameter, struct text *text);

/* Index of a word among the parameter's choices, or -1. */
int parameter_choice(const struct parameter *parameter, const char *word);

#endif
