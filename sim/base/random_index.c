/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random_index.h"

static uint64_t next_word(struct random_index *own, struct random_stream *stream)
{
    if (own->left == 0) {
        random_words(stream, own->words);
        own->left = RANDOM_BLOCK;
    }
    return own->words[RANDOM_BLOCK - own->left--];
}

/* Generators with fewer values than are asked for are as even as they can be. */
static uint32_t index_of_gsl(const gsl_rng *gsl, unsigned long count)
{
    return gsl_rng_max(gsl) - gsl_rng_min(gsl) >= count
               ? (uint32_t)gsl_rng_uniform_int(gsl, count)
               : (uint32_t)(gsl_rng_uniform(gsl) * (double)count);
}

uint32_t random_index_below(struct random_index *own, struct random_stream *stream,
                            uint64_t count)
{
    const uint64_t range = UINT64_C(1) << 32, uneven = range % count;
    uint64_t scaled;
    if (stream->generator.kind == RANDOM_GSL)
        return index_of_gsl(stream->gsl, (unsigned long)count);
    do
        scaled = (next_word(own, stream) >> 32) * count;
    while (scaled % range < uneven);
    return (uint32_t)(scaled / range);
}

void random_index_shuffle(struct random_index *own, struct random_stream *stream,
                          size_t count, uint32_t *order)
{
    for (size_t k = 0; k + 1 < count; k++) {
        const size_t other = k + random_index_below(own, stream, count - k);
        const uint32_t moved = order[k];
        order[k] = order[other];
        order[other] = moved;
    }
}
