/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.c: the raw 64-bit words of a stream, or of several side by side, on standard
 * output, for suites that read binary words from a pipe:
 *
 *     words --units 64 | dieharder -g 200 -d 100
 *
 * Word k of the first unit, word k of the second, ... then word k + 1: neighbours in
 * the output come from different units, so what units have in common shows as serial
 * correlation. */
#include "base/parse.h"
#include "base/random.h"
#include "cli/generator_form.h"
#include "cli/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec own_options[] = {
    {.name = "rng",
     .argument = "NAME",
     .preset = "xoshiro",
     .doc = "generator: xoshiro or philox"},
    {.name = "seed",
     .kind = OPTION_COUNT,
     .argument = "S",
     .preset = "1",
     .low = 0,
     .high = 0x1p53 - 1,
     .doc = "seed of all streams"},
    {.name = "unit",
     .kind = OPTION_COUNT,
     .argument = "U",
     .preset = "0",
     .low = 0,
     .high = 0x1p52,
     .doc = "the first unit"},
    {.name = "units",
     .kind = OPTION_COUNT,
     .argument = "N",
     .preset = "1",
     .low = 1,
     .high = 65536,
     .doc = "how many consecutive units take turns, a word each"},
    {.name = "words",
     .kind = OPTION_COUNT,
     .argument = "N",
     .preset = "0",
     .low = 0,
     .high = 0x1p53 - 1,
     .doc = "words to write; 0: until the reader has enough"},
};

static const struct program program = {
    .name = "words",
    .summary = "Writes the words of one or more random streams, binary, in this "
               "machine's order of bytes.",
    .notes = "The streams are those that `quality` draws its numbers from.",
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
};

static int streams_init(struct random_stream *streams, size_t units,
                        const struct options *options, struct error *error)
{
    struct random_key key = {
        .seed = options_count(options, "seed"),
        .purpose = RANDOM_TEST,
        .hash = random_hash("quality", NULL, 0),
        .unit = options_count(options, "unit"),
    };
    struct random_generator generator;
    int status = generator_form_read(options_text(options, "rng"), &generator, error);
    if (status == STATUS_OK && generator.kind == RANDOM_GSL)
        return error_set(error, STATUS_USAGE,
                         "--rng: a GSL generator has no words; allowed are xoshiro and "
                         "philox");
    for (size_t i = 0; status == STATUS_OK && i < units; i++, key.unit++)
        status = random_init(&streams[i], generator, key, error);
    return status;
}

/* The next block of every unit, turn by turn. */
static void fill(struct random_stream *streams, size_t units, uint64_t *out)
{
    for (size_t unit = 0; unit < units; unit++) {
        uint64_t words[RANDOM_BLOCK];
        random_words(&streams[unit], words);
        for (size_t k = 0; k < RANDOM_BLOCK; k++)
            out[k * units + unit] = words[k];
    }
}

static int write_words(const struct options *options, struct error *error)
{
    const size_t units = (size_t)options_count(options, "units");
    const size_t turn = units * RANDOM_BLOCK;
    const uint64_t limit = options_count(options, "words");
    uint64_t left = limit ? limit : UINT64_MAX;
    struct random_stream *streams = aligned_alloc(64, units * sizeof *streams);
    uint64_t *out = malloc(turn * sizeof *out);
    int status = streams && out ? streams_init(streams, units, options, error)
                                : error_memory(error, "the streams");
    while (status == STATUS_OK && left > 0) {
        const size_t count = left < turn ? (size_t)left : turn;
        fill(streams, units, out);
        if (fwrite(out, sizeof *out, count, stdout) != count)
            status =
                error_set(error, STATUS_OUTPUT, "cannot write: %s", strerror(errno));
        left -= count;
    }
    if (status == STATUS_OK && fflush(stdout) != 0)
        status = error_set(error, STATUS_OUTPUT, "cannot write: %s", strerror(errno));
    free(streams);
    free(out);
    return status;
}

int main(int argc, char **argv)
{
    static char buffer[1 << 16];
    struct options options;
    struct error error;
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    /* A reader that has enough ends this program without a word, even where whoever
     * started it ignores the signal. */
    signal(SIGPIPE, SIG_DFL);
    int status = options_parse(&options, &program, argc, argv, &error);
    if (status == STATUS_OK)
        status = write_words(&options, &error);
    return program_report(&options, status, &error);
}
