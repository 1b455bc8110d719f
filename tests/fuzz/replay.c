/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.c: reads every file of the corpora once.
 *
 *     replay tests/fuzz/corpus
 *
 * Each target has a folder there with at least one file whose name begins with "valid",
 * which must be accepted, and one with "broken", which must be refused. What the fuzzer
 * found and was mended has other names, such as "found-...": it may be either. */
#include "fuzz.h"

#include <dirent.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct counts {
    size_t files, valid, broken, wrong;
};

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static uint8_t *read_whole(const char *path, size_t *size)
{
    static const size_t most = 1 << 20;
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(most);
    fuzz_must(file && data, "a file of the corpus cannot be read");
    *size = fread(data, 1, most, file);
    fclose(file);
    return data;
}

static void replay(fuzz_target *target, const char *folder, const char *name,
                   FILE *told, struct counts *counts)
{
    char path[4096];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *data = read_whole(path, &size);
    const int status = target(data, size);
    const bool valid = begins(name, "valid"), broken = begins(name, "broken");
    counts->files++;
    counts->valid += valid;
    counts->broken += broken;
    if ((valid && status < 0) || (broken && status >= 0)) {
        counts->wrong++;
        fprintf(told, "%s: status %d\n", path, status);
    }
    free(data);
}

/* Whether the target's corpus is as it has to be. */
static bool replay_target(const char *corpus, const char *name, FILE *told)
{
    char folder[2048];
    struct counts counts = {0};
    snprintf(folder, sizeof folder, "%s/%s", corpus, name);
    DIR *stream = opendir(folder);
    const struct dirent *entry;
    while (stream && (entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            replay(fuzz_find(name), folder, entry->d_name, told, &counts);
    if (stream)
        closedir(stream);
    fprintf(told, "%-12s %3zu files, %zu valid, %zu broken, %zu wrong\n", name,
            counts.files, counts.valid, counts.broken, counts.wrong);
    return counts.valid > 0 && counts.broken > 0 && counts.wrong == 0;
}

int main(int argc, char **argv)
{
#define NAME_ENTRY(name) #name,
    static const char *const names[] = {FUZZ_TARGETS(NAME_ENTRY)};
    bool right = argc == 2;
    /* Help and messages of the readers are not shown. */
    FILE *told = fdopen(dup(STDOUT_FILENO), "w");
    fuzz_must(told && freopen("/dev/null", "w", stdout), "no standard output");
    gsl_set_error_handler_off();
    for (size_t k = 0; argc == 2 && k < sizeof names / sizeof *names; k++)
        right &= replay_target(argv[1], names[k], told);
    right &= fclose(told) == 0;
    return right ? 0 : 1;
}
