/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perceptron.h: a network of one hidden layer that tells classes apart, its loss and
 * its gradient over a batch of examples.
 *
 *   a = s(W1'x + b1), s = relu or tanh;  p = softmax(W2'a + b2);  loss -log p_label.
 *
 * All sums have a fixed order, so that the bits do not depend on processor, threads or
 * compiler. relu has slope 0 at 0. */
#ifndef PNM_PERCEPTRON_H
#define PNM_PERCEPTRON_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum perceptron_activation { PERCEPTRON_RELU, PERCEPTRON_TANH };

struct perceptron_shape {
    size_t features, hidden, classes;
    enum perceptron_activation activation;
};

/* Numbers of theta: W1 (features x hidden), b1, W2 (hidden x classes), b2, row-major,
 * one after the other. */
size_t perceptron_weights(const struct perceptron_shape *shape);

/* The weights that a network starts with: normal[perceptron_weights] are standard
 * normal numbers, which the weights of a layer scale by sqrt(2/inputs) with relu (He et
 * al., ICCV 2015) and by sqrt(1/inputs) with tanh; biases are 0. */
void perceptron_start(const struct perceptron_shape *shape, const double *normal,
                      double *theta);

/* Room for the evaluation of up to `most` examples at a time. */
struct perceptron {
    struct perceptron_shape shape;
    size_t most;
    double *x;       /* most x features: the examples of a batch; owned, and all that
                        follows lies behind it */
    double *a;       /* most x hidden: activations */
    double *slope;   /* most x hidden: the loss's slope in the hidden scores */
    double *score;   /* most x classes: scores, and then the loss's slope in them */
    double *turned;  /* classes x hidden: W2' */
    uint32_t *label; /* most; owned */
    const struct perceptron_kernel *kernel;
};

/* STATUS_MEMORY; STATUS_USAGE if the instruction set is unknown. perceptron_free is
 * legal after a failure. */
PNM_MUST_USE int perceptron_init(struct perceptron *net,
                                 const struct perceptron_shape *shape, size_t most,
                                 struct error *error);
void perceptron_free(struct perceptron *net);

/* Sets gradient[weights] to that of the mean loss over examples x[row[k]], k < count <=
 * most, and returns the mean loss. x has rows of `features` numbers; row == NULL means
 * the first ones. */
double perceptron_gradient(struct perceptron *net, const double *theta, size_t count,
                           const double *x, const uint32_t *label, const uint32_t *row,
                           double *gradient);

/* The class with the largest score for each of count examples, of any number; the first
 * one of equal ones. Returns the mean loss for their labels; NAN if a score is no
 * number, and then the classes are 0. */
double perceptron_classify(struct perceptron *net, const double *theta, size_t count,
                           const double *x, const uint32_t *label, uint32_t *chosen);

#endif
