/* nearest.h: the name that someone may have meant.
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
    const char *prefix; /* of the names in the hint, "--" say */
    size_t distance;    /* of the nearest, else one more than is still near */
    char hint[96];      /* "; did you mean --steps?", "" where none is near */
    char known[800]; /* those that were tried: "a, b, c"; "..." ends it where they are
                        more than there is room for */
    size_t used;     /* of it */
    bool full;
};

/* Near is a slip (a letter inserted, left out or exchanged, or two that changed places)
 * in three letters, at least one; capitals do not count. */
struct nearest nearest_to(const char *word, const char *prefix);

/* The first `length` bytes of name are one that is allowed. Of equally near ones the
 * first is kept. */
void nearest_try(struct nearest *nearest, const char *name, size_t length);

/* The same for every name of a list "a|b|c". */
void nearest_try_list(struct nearest *nearest, const char *names);

#endif
