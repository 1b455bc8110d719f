/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/ensemble_steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = RULE_LANES };

bool ensemble_steps_are_needed(const struct problem *problem)
{
    return problem->rotation || problem->examples > 0;
}

static void *aligned(size_t count)
{
    return aligned_alloc(64, (count * sizeof(double) + 63) / 64 * 64);
}

int ensemble_steps_init(struct ensemble_steps *own, const struct ensemble *ensemble,
                        const struct rule_loops *loops, const double *back,
                        struct error *error)
{
    const struct problem *problem = ensemble->problem;
    const size_t n = problem->n, row = n * LANES;
    const size_t slots = (size_t)ensemble->rule->kind->slots;
    const size_t gradients = (size_t)rule_gradients(ensemble->rule->kind);
    *own = (struct ensemble_steps){.ensemble = ensemble, .loops = loops, .back = back};
    own->theta = aligned((3 + slots + gradients) * row);
    if (!own->theta)
        return error_memory(error, "a block of the ensemble");
    own->z = own->theta + row;
    own->pull = own->z + row;
    own->slot = own->pull + row;
    own->gradient = own->slot + slots * row;
    if (problem->data)
        return data_draw_init(&own->data, problem->data, problem->examples, error);
    return problem->examples > 0
               ? minibatch_draw_init(&own->draw, n, problem->h, problem->examples,
                                     problem->residual, error)
               : STATUS_OK;
}

void ensemble_steps_free(struct ensemble_steps *own)
{
    free(own->theta);
    minibatch_draw_free(&own->draw);
    data_draw_free(&own->data);
}

void ensemble_steps_start(struct ensemble_steps *own)
{
    const struct ensemble *ensemble = own->ensemble;
    const struct problem *problem = ensemble->problem;
    const size_t row = problem->n * LANES;
    const size_t slots = (size_t)ensemble->rule->kind->slots;
    for (size_t k = 0; k < row; k++)
        own->z[k] = problem->start[k / LANES];
    if (problem->rotation)
        ensemble->kernels->observe_rotate(problem->n, problem->rotation, own->z,
                                          own->theta);
    else
        memcpy(own->theta, own->z, row * sizeof *own->theta);
    memset(own->slot, 0, slots * row * sizeof *own->slot);
    if (problem->data)
        data_draw_start(&own->data);
}

/* Sets pull to the gradient of sample s in the eigenbasis; normal begins at the step.
 */
static void pull(struct ensemble_steps *own, size_t s, size_t stride,
                 const double *normal, struct random_stream *stream)
{
    const struct problem *problem = own->ensemble->problem;
    if (problem->data) {
        data_draw_next(&own->data, own->ensemble->kernels, stream, own->pull);
        return;
    }
    if (problem->examples > 0) {
        minibatch_draw_next(&own->draw, own->ensemble->kernels, stream, own->pull);
        return;
    }
    for (size_t i = 0; i < problem->n; i++)
        own->ensemble->kernels->observe_pull(
            problem->h[i], problem->theta_star[i], problem->slope,
            problem->dense ? 1 : sqrt(problem->noise[i]), own->z + i * LANES,
            normal + i * stride + s * LANES, own->pull + i * LANES);
}

/* Sets pull to the gradient without noise in the eigenbasis. */
static void pull_exactly(struct ensemble_steps *own)
{
    const struct problem *problem = own->ensemble->problem;
    for (size_t i = 0; i < problem->n; i++) {
        const double *z = own->z + i * LANES; /* in place of noise, whose factor is 0 */
        own->ensemble->kernels->observe_pull(problem->h[i], problem->theta_star[i],
                                             problem->slope, 0, z, z,
                                             own->pull + i * LANES);
    }
}

static void take_step(struct ensemble_steps *own, uint64_t t, size_t stride,
                      const double *normal, struct random_stream *stream)
{
    const struct ensemble *ensemble = own->ensemble;
    const struct problem *problem = ensemble->problem;
    const size_t n = problem->n, row = n * LANES;
    if (problem->data)
        data_draw_at(&own->data, own->z, problem->theta_star);
    else if (problem->examples > 0)
        minibatch_draw_at(&own->draw, own->z, problem->theta_star);
    const size_t samples = (size_t)ensemble->rule->kind->samples;
    for (size_t s = 0; s < (size_t)rule_gradients(ensemble->rule->kind); s++) {
        if (s < samples)
            pull(own, s, stride, normal, stream);
        else
            pull_exactly(own);
        if (problem->rotation)
            ensemble->kernels->observe_rotate(n, problem->rotation, own->pull,
                                              own->gradient + s * row);
        else
            memcpy(own->gradient + s * row, own->pull, row * sizeof *own->pull);
    }
    own->loops->step(ensemble->rule, t, row, own->gradient, own->theta, own->slot);
    if (problem->rotation)
        ensemble->kernels->observe_rotate(n, own->back, own->theta, own->z);
    else
        memcpy(own->z, own->theta, row * sizeof *own->z);
}

void ensemble_steps_advance(struct ensemble_steps *own, uint64_t t, size_t steps,
                            size_t block_steps, const double *normal,
                            struct random_stream *stream, const double *mean,
                            double *trajectory)
{
    const size_t n = own->ensemble->problem->n;
    const size_t row = LANES * (size_t)own->ensemble->rule->kind->samples;
    for (size_t k = 0; k < steps; k++) {
        take_step(own, t + k, block_steps * row, normal + k * row, stream);
        for (size_t i = 0; i < n; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                trajectory[(i * block_steps + k) * LANES + lane] =
                    own->z[i * LANES + lane] - mean[i];
    }
}
