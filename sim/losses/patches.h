/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patches.h: a network of one convolutional layer that tells patches apart, its data,
 * its loss and its gradient.
 *
 * The setting is reconstructed from the abstract of Jelassi and Li, "Towards
 * understanding how momentum improves generalization in deep learning" (ICML 2022),
 * which is all that was at hand. An example has a label y = +-1 and P patches in R^d.
 * One patch is c y w* with the feature w* (a unit vector, drawn anew for each replica)
 * and the margin c: alpha for examples with a large margin, beta for the others. The
 * other P - 1 patches are N(0, s^2 (I - w* w*')) with s such that E|patch|^2 is the
 * square of the noise norm. The network has m filters: f(X) = sum_r sum_j <w_r,
 * X[j]>^3. The loss is the mean of log(1 + exp(-y f(X))) over the training examples.
 *
 * f is odd and the noise is symmetric, so all patches are stored times y: labels drop
 * out. The margin of an example is y f(X) = c^3 K + (its noise part), K = sum_r <w_r,
 * w*>^3, so that the feature is one patch that all examples share. */
#ifndef PNM_PATCHES_H
#define PNM_PATCHES_H

#include "base/error.h"
#include "base/random.h"

#include <stddef.h>
#include <stdint.h>

struct patches_setting {
    uint64_t dimension; /* d >= 2 */
    uint64_t patches;   /* P >= 2 */
    uint64_t filters;   /* m >= 1 */
    uint64_t train;     /* N >= 2 training examples */
    uint64_t fresh;     /* fresh examples of each margin */
    double margin_large, margin_small;
    double small_share; /* the share of training examples with the small margin */
    double noise_norm;  /* root of E|noise patch|^2 */
    double init;        /* standard deviation of a weight at the start */
};

/* The data of one replica. Examples and coordinates are padded with zeros to multiples
 * of 8. */
struct patches {
    size_t d, filters, weights; /* weights = filters d */
    size_t train, small;        /* the first `small` examples have the small margin */
    size_t examples, noise;     /* padded examples; noise patches an example */
    size_t places; /* of patches: patch j of example i at j examples + i, and the
                      feature first of the last eight */
    size_t lanes;  /* padded d */
    size_t fresh, fresh_places;
    double cube_large, cube_small; /* c^3 */
    double *by_patch;              /* [place][lane] */
    double *by_coordinate;         /* [coordinate][place] */
    double *fresh_by_coordinate;   /* the same of fresh examples, without the feature */
    double *score;                 /* [filter][place]: <w_r, patch> */
    double *cubes, *weight;        /* [place] */
    double *margin, *loss, *slope; /* [example] */
    double *product;               /* [filter][lane] */
    const struct patches_kernel *kernel;
};

/* What one evaluation of the training data gives. */
struct patches_value {
    double loss, loss_large, loss_small; /* means over all and over either margin */
    double error; /* share of examples with a margin < 0; a margin of 0 is half an error
                   */
    double projection;               /* max_r <w_r, w*> */
    double cubes;                    /* K */
    double noise_large, noise_small; /* mean noise part of the margin */
};

/* The number of training examples with the small margin, small_share N rounded. */
uint64_t patches_small(const struct patches_setting *setting);

/* STATUS_USAGE, with the quantity, for a setting out of range. */
PNM_MUST_USE int patches_check(const struct patches_setting *setting,
                               struct error *error);

/* Draws the data of a replica and its start, theta[filters * d] with filters in rows.
 * They depend on seed, replica and setting alone, so that all rules see the same.
 * STATUS_MEMORY, and what streams return. patches_free is legal after a failure. */
PNM_MUST_USE int patches_init(struct patches *patches,
                              const struct patches_setting *setting,
                              struct random_generator generator, uint64_t seed,
                              uint64_t replica, double *theta, struct error *error);
void patches_free(struct patches *patches);

/* The gradient of the loss at theta[filters * d], laid out alike, and the value. */
void patches_gradient(struct patches *patches, const double *theta, double *gradient,
                      struct patches_value *value);

/* The share of fresh examples of either margin that the network gets wrong. A margin of
 * exactly 0, where the network has chosen no class, counts as half an error. Both have
 * the same noise patches. patches_gradient must have been called at theta: it leaves K
 * in `value`. */
void patches_errors(struct patches *patches, const double *theta,
                    const struct patches_value *value, double *large, double *small);

#endif
