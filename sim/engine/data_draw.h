/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_draw.h: draws the gradients of minibatches of a data set for 64 chains. */
#ifndef PNM_DATA_DRAW_H
#define PNM_DATA_DRAW_H

#include "base/error.h"
#include "base/random_index.h"
#include "losses/data_set.h"

struct kernels;

struct data_draw {
    const struct data_set *data;
    size_t examples;
    double *offset; /* theta - theta*, n rows of 64 */
    struct random_index index;
};

/* Keeps the pointer to the data. STATUS_MEMORY; data_draw_free is legal after a failure
 * and on zeros. */
PNM_MUST_USE int data_draw_init(struct data_draw *own, const struct data_set *data,
                                size_t examples, struct error *error);
void data_draw_free(struct data_draw *own);

/* Forgets the words of the last stream. */
void data_draw_start(struct data_draw *own);

/* Sets the point: theta[i * 64 + lane] and theta_star[n]. */
void data_draw_at(struct data_draw *own, const double *theta, const double *theta_star);

/* Sets gradient[i * 64 + lane] to that of the next minibatch. The stream has the
 * numbers of rows in the order of examples, lanes. */
void data_draw_next(struct data_draw *own, const struct kernels *kernels,
                    struct random_stream *stream, double *gradient);

#endif
