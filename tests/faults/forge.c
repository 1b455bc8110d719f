/* SPDX-License-Identifier: GPL-3.0-or-later */
/* forge.c: changes one field of a checkpoint and mends its checksum.
 *
 *     forge CHECKPOINT              prints the number of sampling runs that it holds,
 * how many units the last one has, and how many changes there are forge CHECKPOINT
 * NUMBER OUT   writes the change of that number, from 0, to OUT, and prints a word and
 * what was changed
 *
 * The word says what may come of it: "never", if no run leaves such a checkpoint, so
 * that it is refused or gives the right result; "finite", if the number is not finite;
 * "number", if it is another number, which nothing tells from the right one. The form
 * of the file is that of sim/engine/session.c. */
#include "base/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 4, LARGEST = 1 << 26 };

struct checkpoint {
    unsigned char *bytes;
    size_t size;
};

/* The change that is wanted, counted down while the fields are passed. */
struct search {
    struct checkpoint *checkpoint;
    uint64_t passed, wanted;
    char told[200];
};

static uint64_t word_at(const struct checkpoint *own, size_t at)
{
    uint64_t word = 0;
    if (at + sizeof word <= own->size)
        memcpy(&word, own->bytes + at, sizeof word);
    return word;
}

static void pass(struct search *search, const char *what, const char *field, size_t at,
                 uint64_t value)
{
    struct checkpoint *own = search->checkpoint;
    const uint64_t word = word_at(own, at);
    if (value == word || search->passed++ != search->wanted)
        return;
    snprintf(search->told, sizeof search->told,
             "%s %s at byte %zu: %" PRIx64 " became %" PRIx64, what, field, at, word,
             value);
    memcpy(own->bytes + at, &value, sizeof value);
}

static void pass_count(struct search *search, const char *field, size_t at)
{
    const uint64_t word = word_at(search->checkpoint, at);
    const uint64_t values[] = {0,         1,          word + 1,
                               word - 1,  word / 2,   2 * word,
                               INT64_MAX, UINT64_MAX, UINT64_C(1) << 53};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        pass(search, "never", field, at, values[k]);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* A word of a sampling run's blocks: small whole numbers are counts, others reals. 0
 * may be both. */
static void pass_word(struct search *search, size_t at)
{
    static const double beyond[] = {NAN, HUGE_VAL, -HUGE_VAL};
    const uint64_t word = word_at(search->checkpoint, at);
    double x;
    memcpy(&x, &word, sizeof x);
    if (word > 0 && word < UINT64_C(1) << 40) {
        pass_count(search, "count", at);
        return;
    }
    for (size_t k = 0; k < 3; k++)
        pass(search, "finite", "number", at, bits_of(beyond[k]));
    const double values[] = {-x, 1.5 * x, x + 1, 1e60, -1e60, 0x1p-1074, 1e-160};
    for (size_t k = 0; k < sizeof values / sizeof *values; k++)
        pass(search, "number", "number", at, bits_of(values[k]));
}

/* Passes all changes; sets the number of sampling runs and the units of the last. */
static void pass_all(struct search *search, uint64_t *runs, uint64_t *units)
{
    static const char *const fields[HEADER] = {"identity", "units", "done", "size"};
    const struct checkpoint *own = search->checkpoint;
    const uint64_t length = word_at(own, 8);
    size_t at = 16 + (size_t)length;
    for (size_t k = 16; k + 16 < at; k += 64)
        pass(search, "never", "parameters", k, word_at(own, k) ^ 1);
    *runs = word_at(own, at);
    pass_count(search, "number of sampling runs", at);
    pass_count(search, "length of the parameters", 8);
    at += 8;
    for (uint64_t run = 0; run < *runs; run++) {
        const uint64_t size = word_at(own, at + 24);
        *units = word_at(own, at + 8);
        for (size_t k = 0; k < HEADER; k++)
            pass_count(search, fields[k], at + 8 * k);
        at += sizeof(uint64_t) * HEADER;
        for (uint64_t k = 0; k < size / 8; k++)
            pass_word(search, at + 8 * (size_t)k);
        at += (size_t)size;
    }
}

static int read_checkpoint(const char *path, struct checkpoint *own)
{
    FILE *file = fopen(path, "rb");
    own->bytes = malloc(LARGEST);
    if (!file || !own->bytes)
        return 2;
    own->size = fread(own->bytes, 1, LARGEST, file);
    fclose(file);
    return own->size > 32 && own->size < LARGEST ? 0 : 2;
}

static int write_checkpoint(const char *path, const struct checkpoint *own)
{
    const size_t payload = own->size - sizeof(uint64_t);
    const uint64_t hash = random_hash_bytes(RANDOM_HASH_START, own->bytes, payload);
    FILE *file = fopen(path, "wb");
    memcpy(own->bytes + payload, &hash, sizeof hash);
    if (!file)
        return 2;
    const int wrong = fwrite(own->bytes, 1, own->size, file) != own->size;
    return fclose(file) != 0 || wrong ? 2 : 0;
}

int main(int argc, char **argv)
{
    struct checkpoint own = {NULL, 0};
    struct search search = {.checkpoint = &own, .wanted = UINT64_MAX};
    uint64_t runs = 0, units = 0;
    int status = argc == 2 || argc == 4 ? read_checkpoint(argv[1], &own) : 2;
    if (status == 0 && argc == 4)
        search.wanted = strtoull(argv[2], NULL, 10);
    if (status == 0)
        pass_all(&search, &runs, &units);
    if (status == 0 && argc == 4) {
        status = *search.told ? write_checkpoint(argv[3], &own) : 2;
        puts(search.told);
    } else if (status == 0) {
        printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", runs, units, search.passed);
    }
    free(own.bytes);
    return status;
}
