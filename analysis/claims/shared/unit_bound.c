/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/unit_bound.h"

#include <math.h>

double unit_bound(double beta0, double beta1, uint64_t steps,
                  enum convergence_form form)
{
    const struct convergence constants = {
        .beta0 = beta0,
        .beta1 = beta1,
        .smoothness = 1,
        .gradient = 1,
        .sigma = 1,
        .gap = 0.5,
        .c = 1,
    };
    return convergence_bound(&constants, steps, form);
}

double unit_bound_written(double beta0, double beta1, uint64_t steps,
                          enum convergence_form form)
{
    const double beta = beta1 * beta1, extra = beta0 * (1 - beta);
    const double weight =
        (form == CONVERGENCE_PRINTED ? beta + extra : beta + fabs(beta - extra)) /
        (1 - beta);
    return (1 + 2 * weight * weight + 1) / sqrt((double)steps);
}
