/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libfuzzer.c: hands libFuzzer's bytes to the target that --target=NAME names, or to a
 * target with a defect, which must be found: --target=planted. */
#include "fuzz.h"

#include <gsl/gsl_errno.h>
#include <stdlib.h>
#include <string.h>

static fuzz_target *target;

/* Reads beyond a block if the bytes begin with "pnm". */
static int planted(const uint8_t *data, size_t size)
{
    static const char name[] = "pnm";
    volatile size_t length = strlen(name);
    size_t same = 0;
    char *block = calloc(length, 1);
    if (!block)
        return 0;
    while (same < size && same < strlen(name) && data[same] == (uint8_t)name[same])
        same++;
    const int found = same == strlen(name) ? ((volatile char *)block)[length] : 0;
    free(block);
    return found;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static const char option[] = "--target=";
    const char *name = "";
    for (int k = 1; k < *argc; k++)
        if (strncmp((*argv)[k], option, strlen(option)) == 0)
            name = (*argv)[k] + strlen(option);
    target = strcmp(name, "planted") == 0 ? planted : fuzz_find(name);
    fuzz_must(target != NULL, "--target=NAME names no target");
    gsl_set_error_handler_off();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target(data, size);
    return 0;
}
