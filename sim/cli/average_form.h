/* SPDX-License-Identifier: GPL-3.0-or-later */
/* average_form.h: the average of theta that a command line asks for. */
#ifndef PNM_AVERAGE_FORM_H
#define PNM_AVERAGE_FORM_H

#include "base/error.h"
#include "rules/average.h"

/* The option of programs that take it, whose requests have a text of that name. */
#define AVERAGE_FORMS "none|polyak[:FROM]|ema:RATE"
#define AVERAGE_DOC                                                                    \
    "polyak: the mean of theta after steps FROM+1 .. T (FROM: 0); ema: a' = (1 - "     \
    "RATE) a + RATE theta' from a = theta at step 0"

/* Reads one of these forms; NULL: none. STATUS_USAGE. */
PNM_MUST_USE int average_form_read(const char *text, struct average *average,
                                   struct error *error);

#endif
