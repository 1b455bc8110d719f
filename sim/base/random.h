/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random.h: streams of standard normal numbers, the same bits on every machine.
 *
 * A stream is named by a key; two different keys of one row give streams that cannot
 * coincide, because the state words are values of a block cipher at different counters.
 */
#ifndef PNM_RANDOM_H
#define PNM_RANDOM_H

#include "base/error.h"

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RANDOM_LANES = 16, /* part of the stream's definition: never derived */
    RANDOM_BLOCK = 2 * RANDOM_LANES, /* normal numbers made at a time */
};

/* What a stream's numbers are for. Different purposes never share a stream. */
enum random_purpose {
    RANDOM_ENSEMBLE = 'E',
    RANDOM_PILOT = 'P',     /* sampled to make a plan, or to choose what is measured */
    RANDOM_COMPANION = 'L', /* sampled to find filters for control variates */
    RANDOM_CLAIM = 'C',
    RANDOM_DATA = 'D',
    RANDOM_TEST = 'T',
};

/* The name of a stream: user's seed, purpose, a hash of the rule and the bits of its
 * parameters (random_hash), and the number of the work unit. */
struct random_key {
    uint64_t seed;
    uint64_t purpose;
    uint64_t hash;
    uint64_t unit;
};

enum random_kind {
    RANDOM_XOSHIRO, /* 16 lanes of xoshiro256++ and Box-Muller: the default */
    RANDOM_PHILOX,  /* Philox4x64-10 in counter mode and the same Box-Muller */
    RANDOM_GSL      /* a GSL generator and GSL's ziggurat: bits depend on libm */
};

/* A generator; gsl says which one of GSL's, and is NULL for the others. */
struct random_generator {
    enum random_kind kind;
    const gsl_rng_type *gsl;
};

struct random_kernel;

struct random_stream {
    _Alignas(64) uint64_t state[4][RANDOM_LANES];
    struct random_generator generator;
    struct random_key key;
    uint64_t counter; /* blocks drawn so far, for Philox */
    gsl_rng *gsl;
    const struct random_kernel *kernel; /* for this processor's instruction set */
};

/* FNV-1a hash, continued from RANDOM_HASH_START or from an earlier call's result. */
#define RANDOM_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t random_hash_bytes(uint64_t hash, const void *data, size_t size);

/* FNV-1a hash of a name and the bits of `count` doubles, lowest byte first. */
uint64_t random_hash(const char *name, const double *values, size_t count);

/* Starts the stream named by key. random_free is legal after a failed init. */
PNM_MUST_USE int random_init(struct random_stream *stream,
                             struct random_generator generator, struct random_key key,
                             struct error *error);
void random_free(struct random_stream *stream);

/* Fills out[0..count) with independent N(0,1) numbers; count is a multiple of
 * RANDOM_BLOCK. Box-Muller: each number within 1e-12 of the exact transform of its
 * two 64-bit words; |z| <= 8.5. */
void random_normal(struct random_stream *stream, size_t count, double *out);

/* `count` rounded up to whole blocks. */
static inline size_t random_room(size_t count)
{
    return (count + RANDOM_BLOCK - 1) / RANDOM_BLOCK * RANDOM_BLOCK;
}

/* Sets out[0..random_room(count)) to the first normal numbers of the stream named by
 * key. What random_init returns. */
PNM_MUST_USE int random_first_normal(struct random_generator generator,
                                     struct random_key key, size_t count, double *out,
                                     struct error *error);

/* The next RANDOM_BLOCK raw 64-bit words of the stream (first and second word of each
 * lane); not for RANDOM_GSL. */
void random_words(struct random_stream *stream, uint64_t words[RANDOM_BLOCK]);

#endif
