/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nearest.h: suggests the allowed name that a misspelt word may have meant.
 *
 *     struct nearest nearest = nearest_to("spectrun", "");
 *     for (each name that is allowed)
 *         nearest_try(&nearest, name, strlen(name));
 *     error_set(error, STATUS_USAGE, "no option '%s'%s; allowed are %s", word,
 *               nearest.hint, nearest.known);
 */
#ifndef PNM_NEAREST_H
#define PNM_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

struct nearest {
    const char *word;
    const char *prefix; /* stands before the name in the hint, as "--" does */
    size_t distance;    /* slips to the nearest name; at first, one more than allowed */
    char hint[96];      /* "; did you mean --steps?", or "" if no name is near */
    char known[800];    /* names tried: "a, b, c"; "..." at the end if not all fit */
    size_t used;        /* bytes of known that are filled */
    bool full;          /* known has no room for another name */
};

/* Begins the search. A name with the word's letters and its numbers, perhaps in a
 * range, is nearest: eq18-19 to eq19. Else a name is near if it is at most one slip in
 * three letters away, or one in a shorter word. A slip is a letter inserted, left out
 * or replaced, or two neighbours exchanged; upper and lower case are the same. A name
 * whose one or two digits are as many and others, as of eq2 and eq3, is not near. */
struct nearest nearest_to(const char *word, const char *prefix);

/* Tries an allowed name, the first `length` bytes of name. Of equally near names the
 * first is kept. */
void nearest_try(struct nearest *nearest, const char *name, size_t length);

/* Tries every name of a list "a|b|c". */
void nearest_try_list(struct nearest *nearest, const char *names);

#endif
