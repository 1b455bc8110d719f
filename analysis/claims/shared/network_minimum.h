/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_minimum.h: the network of the figures on minibatch noise at a minimum of its
 * training loss with weight decay, mean of -log p_label + decay/2 |theta|^2. */
#ifndef PNM_NETWORK_MINIMUM_H
#define PNM_NETWORK_MINIMUM_H

#include "claims/shared/minibatch.h"

/* The largest element that the gradient may have at the minimum. */
#define NETWORK_MINIMUM_GRADIENT 1e-12

/* Makes network and data as minibatch_noise_make does for MINIBATCH_TRAINED, and goes
 * on from the trained weights to a minimum by Newton steps. law.hessian, and so
 * curvature and direction, are those of the loss with decay, all curvatures > 0;
 * law.mean, -decay theta, and law.covariance are those of one sample's gradient without
 * it, which the decay does not change. The caller frees *noise, which is NULL after a
 * failure. STATUS_SOFTWARE if the steps do not end at a minimum. */
PNM_MUST_USE int network_minimum_make(const struct sampling *sampling, double decay,
                                      struct minibatch_noise **noise,
                                      struct error *error);

/* The loss, and in gradient[MINIBATCH_N], if not NULL, its gradient. */
double network_minimum_loss(const struct minibatch_noise *noise, const double *theta,
                            double decay, double *gradient);

#endif
