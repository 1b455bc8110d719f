/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 }; /* letters of a name that is compared */

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The number of slips from a (m letters) to b (n letters) where no letter is changed
 * twice: the optimal string alignment distance. */
static size_t slips(const char *a, size_t m, const char *b, size_t n)
{
    size_t row[3][LONGEST + 1], *before = row[0], *above = row[1], *own = row[2];
    for (size_t j = 0; j <= n; j++)
        above[j] = j;
    for (size_t i = 1; i <= m; i++) {
        own[0] = i;
        for (size_t j = 1; j <= n; j++) {
            own[j] = least(least(above[j], own[j - 1]) + 1,
                           above[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                own[j] = least(own[j], before[j - 2] + 1);
        }
        size_t *const oldest = before;
        before = above;
        above = own;
        own = oldest;
    }
    return above[n];
}

struct nearest nearest_to(const char *word, const char *prefix)
{
    const size_t length = strlen(word);
    return (struct nearest){
        .word = word,
        .prefix = prefix,
        .distance = length < 6 ? 2 : length / 3 + 1,
    };
}

/* Appends a name to nearest->known; one that does not fit whole is left out. */
static void list(struct nearest *nearest, const char *name, size_t length)
{
    static const char more[] = ", ...";
    const size_t room = sizeof nearest->known - nearest->used;
    if (nearest->full)
        return;
    nearest->full = length + 2 + sizeof more > room;
    if (nearest->full)
        snprintf(nearest->known + nearest->used, room, "%s", more);
    else
        nearest->used +=
            (size_t)snprintf(nearest->known + nearest->used, room, "%s%.*s",
                             nearest->used ? ", " : "", (int)length, name);
}

void nearest_try(struct nearest *nearest, const char *name, size_t length)
{
    const size_t own = strlen(nearest->word);
    list(nearest, name, length);
    /* Any two single letters are one slip apart. */
    if (own < 2 || own > LONGEST || length < 2 || length > LONGEST)
        return;
    const size_t distance = slips(nearest->word, own, name, length);
    if (distance >= nearest->distance)
        return;
    nearest->distance = distance;
    snprintf(nearest->hint, sizeof nearest->hint, "; did you mean %s%.*s?",
             nearest->prefix, (int)length, name);
}

void nearest_try_list(struct nearest *nearest, const char *names)
{
    while (*names) {
        const size_t length = strcspn(names, "|");
        nearest_try(nearest, names, length);
        names += length;
        names += *names == '|';
    }
}
