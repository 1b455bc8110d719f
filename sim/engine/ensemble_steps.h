/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_steps.h: all coordinates of 64 chains, step by step, where a step needs them
 * together: in a rotated basis, or with gradients of minibatches; for ensemble_run.c
 * only. */
#ifndef PNM_ENSEMBLE_STEPS_H
#define PNM_ENSEMBLE_STEPS_H

#include "engine/data_draw.h"
#include "engine/ensemble.h"
#include "engine/minibatch_draw.h"

/* State of 64 chains in rows of 64. theta[i * 64 + lane] and slot[(s * n + i) * 64 +
 * lane], with gradient laid out alike, are in the basis of the rule; z and pull, laid
 * out as theta is, hold theta and the gradient in the eigenbasis. */
struct ensemble_steps {
    const struct ensemble *ensemble;
    const struct rule_loops *loops;
    const double *back; /* n x n: Q', if the loss is rotated */
    double *theta, *slot, *gradient, *z, *pull;
    struct minibatch_draw draw; /* of minibatches of fresh examples */
    struct data_draw data;      /* of minibatches of a data set */
};

/* Whether the problem's chains run like this. */
bool ensemble_steps_are_needed(const struct problem *problem);

/* STATUS_MEMORY; ensemble_steps_free is legal after a failure and on zeros. */
PNM_MUST_USE int ensemble_steps_init(struct ensemble_steps *own,
                                     const struct ensemble *ensemble,
                                     const struct rule_loops *loops, const double *back,
                                     struct error *error);
void ensemble_steps_free(struct ensemble_steps *own);

void ensemble_steps_start(struct ensemble_steps *own);

/* Runs steps t .. t+steps-1 and sets trajectory[(i * block_steps + k) * 64 + lane] to
 * theta - mean. normal is laid out as the trajectory is, with the samples of a step
 * beside each other; minibatches take their numbers from the stream instead, which has
 * them in the order of steps, samples, examples, coordinates and the residual, lanes,
 * and of a data set in that of steps, samples, examples, lanes. */
void ensemble_steps_advance(struct ensemble_steps *own, uint64_t t, size_t steps,
                            size_t block_steps, const double *normal,
                            struct random_stream *stream, const double *mean,
                            double *trajectory);

#endif
