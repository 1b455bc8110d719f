/* SPDX-License-Identifier: GPL-3.0-or-later */
/* header.c: results whose header --rerun reads. @ stands for the version of programs.
 */
#include "fuzz.h"

#include "base/text.h"
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program that a result is of: the first in the list that it names. */
static const struct program *program_of(const char *text)
{
    const struct program *program;
    for (size_t i = 0; (program = fuzz_program_at(i)); i++)
        if (program->groups & OPTIONS_OUTPUT && strstr(text, program->name))
            return program;
    return fuzz_program("pnm-simulate");
}

int fuzz_header(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size), *whole = NULL, *dump = NULL;
    const struct program *program = program_of(text);
    size_t length = 0;
    char name[64], option[128];
    FILE *stream = open_memstream(&whole, &length);
    fuzz_must(stream != NULL, "no memory");
    for (size_t k = 0; k < size; k++)
        if (data[k] == '@')
            fputs(PNM_VERSION, stream);
        else
            putc(data[k], stream);
    fuzz_must(fclose(stream) == 0, "no memory");
    snprintf(name, sizeof name, "%s", program->name);
    snprintf(option, sizeof option, "--rerun=%s", fuzz_file(whole, length));
    char *words[] = {name, option, NULL};
    const int status = fuzz_front_desk(program, 2, words, &dump);
    free(dump);
    free(whole);
    free(text);
    return status;
}
