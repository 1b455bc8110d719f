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
    own->index.left = 0;
}

void data_draw_at(struct data_draw *own, const double *theta, const double *theta_star)
{
    for (size_t i = 0; i < own->data->n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            own->offset[i * LANES + lane] = theta[i * LANES + lane] - theta_star[i];
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
            drawn[lane] = random_index_below(&own->index, stream, data->rows);
        kernels->data_add(data->n, data->x, data->e, drawn, own->offset, gradient);
    }
    for (size_t k = 0; k < row; k++)
        gradient[k] *= per_example;
}
