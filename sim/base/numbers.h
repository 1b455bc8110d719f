/* SPDX-License-Identifier: GPL-3.0-or-later */
/* numbers.h: a list of numbers. */
#ifndef PNM_NUMBERS_H
#define PNM_NUMBERS_H

#include <stddef.h>

/* A list of doubles that the caller frees with numbers_free (legal when zeroed). */
struct numbers {
    double *value;
    size_t count;
};

void numbers_free(struct numbers *numbers);

#endif
