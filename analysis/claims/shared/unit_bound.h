/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit_bound.h: theorem 3.1's bound where L, G, sigma and C are 1 and f(theta_0) - f*
 * is 1/2, for the claims on how it depends on beta0, beta1 and the horizon. */
#ifndef PNM_UNIT_BOUND_H
#define PNM_UNIT_BOUND_H

#include "theory/convergence.h"

/* The bound on the smallest E|grad f|^2 over `steps` steps, by convergence_bound. */
double unit_bound(double beta0, double beta1, uint64_t steps,
                  enum convergence_form form);

/* The same written out, for steps >= 4: (1 + C1)/sqrt(steps). */
double unit_bound_written(double beta0, double beta1, uint64_t steps,
                          enum convergence_form form);

#endif
