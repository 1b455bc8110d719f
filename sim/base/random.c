/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include "base/random_kernel.h"

#include <Random123/philox.h>
#include <gsl/gsl_randist.h>
#include <stdio.h>
#include <string.h>

/* This bit of the counter's last word is 0 for state words and 1 for counter-mode
 * output, so that the two uses of the cipher never meet. */
static const uint64_t output_domain = UINT64_C(1) << 63;

uint64_t random_hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t random_hash(const char *name, const double *values, size_t count)
{
    uint64_t hash = random_hash_bytes(RANDOM_HASH_START, name, strlen(name));
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        unsigned char bytes[8];
        memcpy(&bits, &values[i], sizeof bits);
        for (int byte = 0; byte < 8; byte++)
            bytes[byte] = (unsigned char)(bits >> (8 * byte));
        hash = random_hash_bytes(hash, bytes, sizeof bytes);
    }
    return hash;
}

static philox4x64_ctr_t cipher(const struct random_key *key, uint64_t lane,
                               uint64_t word)
{
    const philox4x64_key_t cipher_key = {{key->seed, key->purpose}};
    const philox4x64_ctr_t counter = {{key->hash, key->unit, lane, word}};
    return philox4x64(counter, cipher_key);
}

/* Seeds that every generator of GSL takes: some crash on larger ones or leave the range
 * of their numbers. */
static const uint64_t seeds = UINT64_C(2147483562);

int random_init(struct random_stream *stream, struct random_generator generator,
                struct random_key key, struct error *error)
{
    static const struct random_kernel *const kernels[] = {ISA_TABLE(random_kernel)};
    enum isa isa;
    *stream = (struct random_stream){.generator = generator, .key = key};
    const int status = isa_find(&isa, error);
    if (status != STATUS_OK)
        return status;
    stream->kernel = kernels[isa];
    for (uint64_t lane = 0; lane < RANDOM_LANES; lane++) {
        const philox4x64_ctr_t words = cipher(&key, lane, 0);
        for (int word = 0; word < 4; word++)
            stream->state[word][lane] = words.v[word];
    }
    if (generator.kind == RANDOM_GSL) {
        stream->gsl = gsl_rng_alloc(generator.gsl);
        if (!stream->gsl)
            return error_memory(error, "a GSL generator");
        gsl_rng_set(stream->gsl, (unsigned long)(stream->state[0][0] % seeds) + 1);
    }
    return STATUS_OK;
}

void random_free(struct random_stream *stream)
{
    if (stream->gsl)
        gsl_rng_free(stream->gsl);
    stream->gsl = NULL;
}

static void philox_words(struct random_stream *stream, uint64_t words[RANDOM_BLOCK])
{
    for (uint64_t i = 0; i < RANDOM_BLOCK / 4; i++) {
        const philox4x64_ctr_t out =
            cipher(&stream->key, i, output_domain | stream->counter);
        memcpy(words + 4 * i, out.v, sizeof out.v);
    }
    stream->counter++;
}

void random_words(struct random_stream *stream, uint64_t words[RANDOM_BLOCK])
{
    if (stream->generator.kind == RANDOM_PHILOX)
        philox_words(stream, words);
    else
        stream->kernel->words(stream->state, words);
}

void random_normal(struct random_stream *stream, size_t count, double *out)
{
    switch (stream->generator.kind) {
    case RANDOM_XOSHIRO:
        stream->kernel->normal(stream->state, count, out);
        break;
    case RANDOM_PHILOX:
        for (size_t i = 0; i < count; i += RANDOM_BLOCK) {
            uint64_t words[RANDOM_BLOCK];
            philox_words(stream, words);
            stream->kernel->box_muller(words, out + i);
        }
        break;
    case RANDOM_GSL:
        for (size_t i = 0; i < count; i++)
            out[i] = gsl_ran_gaussian_ziggurat(stream->gsl, 1.0);
        break;
    }
}

int random_first_normal(struct random_generator generator, struct random_key key,
                        size_t count, double *out, struct error *error)
{
    struct random_stream stream;
    const int status = random_init(&stream, generator, key, error);
    if (status == STATUS_OK)
        random_normal(&stream, random_room(count), out);
    random_free(&stream);
    return status;
}
