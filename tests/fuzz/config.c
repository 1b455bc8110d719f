/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.c: files of --config. What --dump-config writes of one is read as the same. */
#include "fuzz.h"

#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_file(const struct program *program, const char *text, size_t size,
                     char **dump)
{
    char option[128];
    char name[64];
    snprintf(name, sizeof name, "%s", program->name);
    snprintf(option, sizeof option, "--config=%s", fuzz_file(text, size));
    char *words[] = {name, option, NULL};
    return fuzz_front_desk(program, 2, words, dump);
}

/* The program that the file is of: the one whose section comes first in the list of
 * programs, else pnm-stationary. */
static const struct program *program_of(const char *text)
{
    const struct program *program;
    char section[64];
    for (size_t i = 0; (program = fuzz_program_at(i)); i++) {
        snprintf(section, sizeof section, "[%s]", program->name);
        if (strstr(text, section))
            return program;
    }
    return fuzz_program("pnm-stationary");
}

int fuzz_config(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *first = NULL, *second = NULL;
    const struct program *program = program_of(text);
    const int status = read_file(program, text, size, &first);
    if (status == STATUS_OK && first) {
        fuzz_must(read_file(program, first, strlen(first), &second) == STATUS_OK,
                  "what --dump-config writes is refused");
        fuzz_must(second && strcmp(first, second) == 0,
                  "what --dump-config writes is read as something else");
    }
    free(first);
    free(second);
    free(text);
    return status;
}
