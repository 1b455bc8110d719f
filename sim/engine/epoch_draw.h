/* SPDX-License-Identifier: GPL-3.0-or-later */
/* epoch_draw.h: gradient noise that is drawn without replacement.
 *
 * A loss with epochs has N fixed samples of gradient noise. Each chain shuffles them at
 * the start of an epoch, takes the next B for each gradient, and does not use those
 * that are left over at the end. */
#ifndef PNM_EPOCH_DRAW_H
#define PNM_EPOCH_DRAW_H

#include "base/random.h"
#include "losses/problem.h"
#include "rules/rule_loops.h"

/* The samples: train_size x columns, divided by B. Every column has mean 0 to rounding,
 * and with divisor N variance 1/B, so that the sum of B samples drawn with replacement
 * has variance 1; two columns have covariance 0. */
struct epoch_samples {
    size_t train_size, batch, columns;
    double *value;
};

/* Draws normal numbers from the stream of these sizes alone, and centres and whitens
 * them. Modes that run together have a column each; modes that run alone share one,
 * because their shuffles are independent. STATUS_USAGE if train_size <= columns or if
 * the generator has too few numbers, STATUS_MEMORY. epoch_samples_free is legal after a
 * failure. */
PNM_MUST_USE int epoch_samples_init(struct epoch_samples *samples,
                                    const struct problem *problem, size_t columns,
                                    struct random_generator generator, uint64_t seed,
                                    struct error *error);
void epoch_samples_free(struct epoch_samples *samples);

/* The shuffles of the chains of a unit. */
struct epoch_draw {
    const struct epoch_samples *samples;
    uint32_t *order; /* train_size x RULE_LANES: the samples of each chain, those that
                        its epoch has taken first */
    size_t taken;    /* how many these are */
};

PNM_MUST_USE int epoch_draw_init(struct epoch_draw *draw,
                                 const struct epoch_samples *samples,
                                 struct error *error);
void epoch_draw_free(struct epoch_draw *draw);

/* Begins the chains of another unit. */
void epoch_draw_start(struct epoch_draw *draw);

/* Sets the noise of the next `steps` steps of `gradients` gradients, in place of normal
 * numbers of variance 1: that of column i, step k, gradient s is noise[i * stride + (k
 * * gradients + s) * RULE_LANES + lane]. Shuffles take integers alone from the stream:
 * Fisher and Yates's places one by one, each by Lemire's method without bias. */
void epoch_draw_next(struct epoch_draw *draw, struct random_stream *stream,
                     size_t steps, int gradients, size_t stride, double *noise);

#endif
