/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_sides.h: computes both sides of the bounds of bound.h at 64 places together. */
#ifndef PNM_BOUND_SIDES_H
#define PNM_BOUND_SIDES_H

#include "compare/bound.h"
#include "compare/trajectory.h"
#include "engine/kernels.h"

enum { BOUND_LEFT, BOUND_RIGHT, BOUND_SIDES };

/* The numbers that both sides depend on besides the chains. */
struct bound_setting {
    enum bound bound;
    const struct loss *loss;
    double beta0, beta, eta0, sigma;
    double constant[BOUND_FORMS]; /* right-hand side, if it is one number */
};

/* 64 places: chains at one t, or one chain at several. */
struct bound_frame {
    double *at_theta, *at_z; /* gradients at theta_t and z_t: [i * 64 + lane] */
    double of_theta[LOSS_LANES], of_z[LOSS_LANES],
        of_next[LOSS_LANES];    /* f at theta_t, z_t and z_{t+1} */
    double largest[LOSS_LANES]; /* largest |theta_i| up to t */
};

/* STATUS_MEMORY. */
PNM_MUST_USE int bound_sides_init(struct bound_setting *setting,
                                  const struct bound_ensemble *ensemble,
                                  struct error *error);

/* Fills the lanes of a frame with 64 steps of one written-out chain, from `first` on;
 * `largest` is over these steps. memory has 5 n 64 numbers, which the frame refers to.
 */
void bound_frame_fill(const struct kernels *kernels,
                      const struct bound_setting *setting, const struct trajectory *pnm,
                      long first, double *memory, struct bound_frame *frame);

/* Computes both sides of both forms, which share their left-hand side. */
void bound_sides_of(const struct bound_setting *setting,
                    const struct bound_frame *frame,
                    double side[BOUND_FORMS][BOUND_SIDES][LOSS_LANES]);

#endif
