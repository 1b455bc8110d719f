/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h: a small fully connected network for classification, and its gradient.
 *
 * p = softmax(W3 tanh(W2 tanh(W1 x + b1) + b2) + b3), loss -log p_label. It is so small
 * that theory's statements about its gradient noise can be computed exactly. */
#ifndef PNM_NETWORK_H
#define PNM_NETWORK_H

enum {
    NETWORK_INPUTS = 4,
    NETWORK_HIDDEN = 4, /* units in each of the two hidden layers */
    NETWORK_CLASSES = 4,
    /* Where the weights and biases of each layer begin among the parameters; weights
     * are row-major, with a row for each unit that they lead to. */
    NETWORK_W1 = 0,
    NETWORK_B1 = NETWORK_W1 + NETWORK_HIDDEN * NETWORK_INPUTS,
    NETWORK_W2 = NETWORK_B1 + NETWORK_HIDDEN,
    NETWORK_B2 = NETWORK_W2 + NETWORK_HIDDEN * NETWORK_HIDDEN,
    NETWORK_W3 = NETWORK_B2 + NETWORK_HIDDEN,
    NETWORK_B3 = NETWORK_W3 + NETWORK_CLASSES * NETWORK_HIDDEN,
    NETWORK_PARAMETERS = NETWORK_B3 + NETWORK_CLASSES,
};

/* Probabilities of the classes: theta[NETWORK_PARAMETERS], x[NETWORK_INPUTS]. */
void network_probabilities(const double *theta, const double *x,
                           double probability[NETWORK_CLASSES]);

/* The gradient of -log p_label with respect to theta, by back propagation. */
void network_gradient(const double *theta, const double *x, int label,
                      double gradient[NETWORK_PARAMETERS]);

#endif
