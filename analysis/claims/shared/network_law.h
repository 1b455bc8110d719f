/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_law.h: mean and covariance of the gradient of the network of network.h over a
 * population, and the Hessian of its risk. Derivatives are carried forward through a
 * second implementation of the network, which is independent of network.c's gradient.
 */
#ifndef PNM_NETWORK_LAW_H
#define PNM_NETWORK_LAW_H

#include "losses/network.h"

#include <stddef.h>

/* Equally likely inputs, and the probabilities of each input's labels. */
struct population {
    size_t count;
    const double *x;           /* count x NETWORK_INPUTS */
    const double *probability; /* count x NETWORK_CLASSES */
};

struct network_law {
    double mean[NETWORK_PARAMETERS]; /* mean of one sample's gradient */
    double covariance[NETWORK_PARAMETERS][NETWORK_PARAMETERS];
    double hessian[NETWORK_PARAMETERS][NETWORK_PARAMETERS]; /* of the mean loss */
};

/* Gradients of -log p_label for every label. */
void network_law_gradients(const double *theta, const double *x,
                           double gradient[NETWORK_CLASSES][NETWORK_PARAMETERS]);

void network_law(const double *theta, const struct population *population,
                 struct network_law *law);

#endif
