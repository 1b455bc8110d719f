/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include "base/text.h"
#include "cli/config.h"
#include "cli/option_files.h"
#include "cli/options.h"
#include "cli/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

fuzz_target *fuzz_find(const char *name)
{
#define FUZZ_ENTRY(name) {#name, fuzz_##name},
    static const struct {
        const char *name;
        fuzz_target *target;
    } known[] = {FUZZ_TARGETS(FUZZ_ENTRY)};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(known[k].name, name) == 0)
            return known[k].target;
    return NULL;
}

void fuzz_must(bool holds, const char *text)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: %s\n", text);
    abort();
}

int fuzz_told(int status, const struct error *error)
{
    fuzz_must(status == STATUS_OK || status == STATUS_USAGE ||
                  status == STATUS_SOFTWARE || status == STATUS_MEMORY,
              "the status is not one of a reader");
    fuzz_must(status == STATUS_OK || error->text[0] != '\0',
              "an error comes without a message");
    return status;
}

const char *fuzz_file(const void *data, size_t size)
{
    static int file = -1;
    static char path[64];
    if (file < 0) {
        file = memfd_create("fuzz", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    fuzz_must(file >= 0 && ftruncate(file, 0) == 0 &&
                  pwrite(file, data, size, 0) == (ssize_t)size,
              "no file can be made");
    return path;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = calloc(size + 1, 1);
    fuzz_must(text != NULL, "no memory");
    if (size > 0)
        memcpy(text, data, size);
    return text;
}

/* --- programs ----------------------------------------------------------------------
 */

/* The programs' files are compiled with other names of main, and with this main
 * function of every program, to which they hand their descriptions. */
#define MAIN(name) int main_##name(int argc, char **argv);
PROGRAM_MAINS(MAIN)

static const struct program *handed;

int program_main(const struct program *program, int argc, char **argv);

int program_main(const struct program *program, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    handed = program;
    return 0;
}

const struct program *fuzz_program_at(size_t i)
{
#define MAIN_ENTRY(name) main_##name,
    static int (*const mains[])(int, char **) = {PROGRAM_MAINS(MAIN_ENTRY)};
    if (i >= sizeof mains / sizeof *mains)
        return NULL;
    mains[i](0, NULL);
    return handed;
}

const struct program *fuzz_program(const char *name)
{
    const struct program *program;
    for (size_t i = 0; (program = fuzz_program_at(i)); i++)
        if (strcmp(program->name, name) == 0)
            return program;
    return NULL;
}

/* --- the front desk ------------------------------------------------------------------
 */

/* What --dump-config does, whose text becomes *dump. */
static int read_request(struct options *options, char **dump, struct error *error)
{
    const size_t own = options->program->request_size;
    struct request *request = calloc(1, own ? own : sizeof *request);
    size_t size = 0;
    fuzz_must(request != NULL, "no memory");
    request->no_files = true;
    int status = request_read(request, options, error);
    if (status == STATUS_OK && options->program->groups & OPTIONS_OUTPUT) {
        FILE *stream = open_memstream(dump, &size);
        fuzz_must(stream != NULL, "no memory");
        status = config_dump(options, stream, error);
        fuzz_must(fclose(stream) == 0, "no memory");
    }
    request_free(request, options);
    free(request);
    return status;
}

int fuzz_front_desk(const struct program *program, int argc, char **argv, char **dump)
{
    struct options options = {0};
    struct error error = {.agreed = false};
    struct text message = {0};
    *dump = NULL;
    int status = options_parse(&options, program, argc, argv, &error);
    /* What argp refuses it has told by itself. */
    const bool told = status == STATUS_USAGE && !error.text[0];
    if (status == STATUS_OK)
        status = option_files_check(&options, &error);
    if (status == STATUS_OK)
        status = read_request(&options, dump, &error);
    if (status < 0 && !told) {
        fuzz_told(status, &error);
        options_describe_error(&options, &error, &message);
    }
    if (status != STATUS_OK) {
        free(*dump);
        *dump = NULL;
    }
    text_free(&message);
    options_free(&options);
    return status;
}
