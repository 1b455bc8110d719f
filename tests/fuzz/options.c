/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.c: whole command lines, a word a line, the program's name in the first. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 64 };

int fuzz_options(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *dump = NULL;
    char *word[WORDS + 1] = {NULL};
    int words = 0, status = STATUS_USAGE;
    for (char *at = text; at && words < WORDS; words++) {
        char *end = strchr(at, '\n');
        word[words] = at;
        if (end)
            *end++ = '\0';
        at = end && *end ? end : NULL;
    }
    const struct program *program = fuzz_program(word[0]);
    if (program)
        status = fuzz_front_desk(program, words, word, &dump);
    free(dump);
    free(text);
    return status;
}
