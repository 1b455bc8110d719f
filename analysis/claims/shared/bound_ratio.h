/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_ratio.h: the quotient of two laws' bounds on the generalization gap (eq. 20),
 * from their exact and their measured covariances. */
#ifndef PNM_BOUND_RATIO_H
#define PNM_BOUND_RATIO_H

#include "compare/posterior.h"
#include "verdict/evidence.h"

/* The training set and the failure probability with which claims evaluate eq. 20. */
#define BOUND_TRAIN_SIZE 50000.0
#define BOUND_FAILURE 0.05

/* The law of a rule in one direction or more, which stands for `alike` equal ones. */
struct bound_law {
    struct posterior exact, measured;
    double alike;
};

/* Eq. 20 at this divergence. */
double bound_of(double kl);

/* The evidence for bound of `above` / bound of `below`, with its standard error, held
 * against 1 and of scale 1. */
struct evidence bound_ratio(const struct bound_law *above,
                            const struct bound_law *below);

/* The coordinate-steps that both need. */
double bound_samples(const struct bound_law *above, const struct bound_law *below);

#endif
