/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minibatch_draw.h: draws the gradients of minibatches for 64 chains. */
#ifndef PNM_MINIBATCH_DRAW_H
#define PNM_MINIBATCH_DRAW_H

#include "base/error.h"
#include "base/random.h"

#include <stddef.h>

struct kernels;

/* Features x ~ N(0, diag(h)), residuals e ~ N(0, residual). */
struct minibatch_draw {
    size_t n, examples;
    double residual_sd;
    size_t ahead; /* examples whose numbers are drawn at a time */
    /* sqrt(h), n numbers; sqrt(h) (theta - theta*), n rows of 64; and the numbers of
     * `ahead` examples. All in one memory. */
    double *offset, *normal, *root;
};

/* STATUS_MEMORY; minibatch_draw_free is legal after a failure and on zeros. */
PNM_MUST_USE int minibatch_draw_init(struct minibatch_draw *own, size_t n,
                                     const double *h, size_t examples, double residual,
                                     struct error *error);
void minibatch_draw_free(struct minibatch_draw *own);

/* Sets the point: theta[i * 64 + lane] and theta_star[n]; NULL: 0. */
void minibatch_draw_at(struct minibatch_draw *own, const double *theta,
                       const double *theta_star);

/* Sets gradient[i * 64 + lane] to that of the next minibatch. The stream has the
 * numbers in the order of examples, coordinates and then the residual, lanes. */
void minibatch_draw_next(struct minibatch_draw *own, const struct kernels *kernels,
                         struct random_stream *stream, double *gradient);

#endif
