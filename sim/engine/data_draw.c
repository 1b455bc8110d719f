/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/data_draw.h"

#include "engine/kernels.h"
#include "rules/rule_loops.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

int data_draw_init(struct data_draw *own, const struct data_set *data, size_t examples,
                   struct error *error)
{
    *own = (struct data_draw){.data = data, .examples = examples};
    own->offset = aligned_alloc(64, data->n * LANES * sizeof *own->offset);
    return own->offset ? STATUS_OK : error_memory(error, "a minibatch");
}

void data_draw_free(struct data_draw *own)
{
    free(own->offset);
    own->offset = NULL;
}

void data_draw_start(struct data_draw *own)
{
    own->left = 0;
}

void data_draw_at(struct data_draw *own, const double *theta, const double *theta_star)
{
    for (size_t i = 0; i < own->data->n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            own->offset[i * LANES + lane] = theta[i * LANES + lane] - theta_star[i];
}

static uint64_t next_word(struct data_draw *own, struct random_stream *stream)
{
    if (own->left == 0) {
        random_words(stream, own->words);
        own->left = RANDOM_BLOCK;
    }
    return own->words[RANDOM_BLOCK - own->left--];
}

/* Generators with fewer values than there are rows are as even as they can be. */
static uint32_t index_of_gsl(const gsl_rng *gsl, unsigned long count)
{
    return gsl_rng_max(gsl) - gsl_rng_min(gsl) >= count - 1
               ? (uint32_t)gsl_rng_uniform_int(gsl, count)
               : (uint32_t)(gsl_rng_uniform(gsl) * (double)count);
}

uint32_t data_draw_index(struct data_draw *own, struct random_stream *stream,
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

void data_draw_next(struct data_draw *own, const struct kernels *kernels,
                    struct random_stream *stream, double *gradient)
{
    const struct data_set *data = own->data;
    const size_t row = data->n * LANES;
    const double per_example = 1 / (double)own->examples;
    memset(gradient, 0, row * sizeof *gradient);
    for (size_t k = 0; k < own->examples; k++) {
        uint32_t drawn[LANES];
        for (size_t lane = 0; lane < LANES; lane++)
            drawn[lane] = data_draw_index(own, stream, data->rows);
        kernels->data_add(data->n, data->x, data->e, drawn, own->offset, gradient);
    }
    for (size_t k = 0; k < row; k++)
        gradient[k] *= per_example;
}
