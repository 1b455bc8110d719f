/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/minibatch_draw.h"

#include "engine/kernels.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = RULE_LANES,
    AHEAD = 4096, /* normal numbers drawn at a time, unless an example takes more */
};

int minibatch_draw_init(struct minibatch_draw *own, size_t n, const double *h,
                        size_t examples, double residual, struct error *error)
{
    const size_t row = n * LANES, example = row + LANES;
    size_t ahead = example < AHEAD ? AHEAD / example : 1;
    ahead = ahead < examples ? ahead : examples;
    const size_t bytes = (row + ahead * example + n) * sizeof(double);
    *own = (struct minibatch_draw){
        .n = n, .examples = examples, .residual_sd = sqrt(residual), .ahead = ahead};
    own->offset = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!own->offset)
        return error_memory(error, "a minibatch");
    own->normal = own->offset + row;
    own->root = own->normal + ahead * example;
    for (size_t i = 0; i < n; i++)
        own->root[i] = sqrt(h[i]);
    return STATUS_OK;
}

void minibatch_draw_free(struct minibatch_draw *own)
{
    free(own->offset);
    own->offset = NULL;
}

void minibatch_draw_at(struct minibatch_draw *own, const double *theta,
                       const double *theta_star)
{
    for (size_t i = 0; i < own->n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            own->offset[i * LANES + lane] =
                own->root[i] *
                (theta[i * LANES + lane] - (theta_star ? theta_star[i] : 0));
}

void minibatch_draw_next(struct minibatch_draw *own, const struct kernels *kernels,
                         struct random_stream *stream, double *gradient)
{
    const size_t n = own->n, row = n * LANES;
    const double per_example = 1 / (double)own->examples;
    memset(gradient, 0, row * sizeof *gradient);
    for (size_t done = 0; done < own->examples;) {
        const size_t left = own->examples - done;
        const size_t count = left < own->ahead ? left : own->ahead;
        random_normal(stream, count * (row + LANES), own->normal);
        kernels->minibatch_add(n, count, own->residual_sd, own->offset, own->normal,
                               gradient);
        done += count;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            gradient[i * LANES + lane] *= own->root[i] * per_example;
}
