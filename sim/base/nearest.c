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

/* The number at the start of text[0..length); *used becomes its digits, 0 if there is
 * none. */
static unsigned long number_at(const char *text, size_t length, size_t *used)
{
    unsigned long number = 0;
    *used = 0;
    while (*used < length && isdigit((unsigned char)text[*used]))
        number = 10 * number + (unsigned long)(text[(*used)++] - '0');
    return number;
}

/* Whether one of the name's numbers is that one, or one of its ranges, "18-19", has it.
 */
static bool has_number(const char *name, size_t length, unsigned long number)
{
    for (size_t i = 0, used; i < length; i += used ? used : 1) {
        const unsigned long low = number_at(name + i, length - i, &used);
        unsigned long high = low;
        size_t more = 0;
        if (used && i + used < length && name[i + used] == '-')
            high = number_at(name + i + used + 1, length - i - used - 1, &more);
        if (used && (number == low || (more && number >= low && number <= high)))
            return true;
    }
    return false;
}

/* The next letter of text[0..length) from *i on, in lower case; 0 behind the last. */
static int next_letter(const char *text, size_t length, size_t *i)
{
    while (*i < length && !isalpha((unsigned char)text[*i]))
        ++*i;
    return *i < length ? tolower((unsigned char)text[(*i)++]) : 0;
}

/* Whether word and name have the same letters, and the name the word's numbers, of
 * which there is one at least. */
static bool same_numbers(const char *word, size_t own, const char *name, size_t length)
{
    size_t i = 0, k = 0, found = 0;
    int letter;
    do {
        letter = next_letter(word, own, &i);
        if (letter != next_letter(name, length, &k))
            return false;
    } while (letter);
    for (size_t at = 0, used; at < own; at += used ? used : 1) {
        const unsigned long number = number_at(word + at, own - at, &used);
        if (used && !has_number(name, length, number))
            return false;
        found += used > 0;
    }
    return found > 0;
}

/* The next digit of text[0..length) from *i on; 0 behind the last. */
static char next_digit(const char *text, size_t length, size_t *i)
{
    while (*i < length && !isdigit((unsigned char)text[*i]))
        ++*i;
    return *i < length ? text[(*i)++] : '\0';
}

/* Whether word and name have as many digits, one or two, and not the same ones: eq3 and
 * eq2. In a longer number, a year, one of them may be a slip. */
static bool other_digits(const char *word, size_t own, const char *name, size_t length)
{
    size_t i = 0, k = 0, digits = 0;
    bool same_ones = true;
    char a, b;
    do {
        a = next_digit(word, own, &i);
        b = next_digit(name, length, &k);
        same_ones = same_ones && a == b;
        digits += a != '\0';
    } while (a && b);
    return !a && !b && digits <= 2 && !same_ones;
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
    if (other_digits(nearest->word, own, name, length))
        return;
    const size_t distance = same_numbers(nearest->word, own, name, length)
                                ? 0
                                : slips(nearest->word, own, name, length);
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
