/* SPDX-License-Identifier: GPL-3.0-or-later */
/* trajectory.h: a trajectory of pnm, with x_t and z_t of the paper's appendix A.
 *
 * z_t = (x_t - beta x_{t-2})/(1 - beta) moves by plain gradient steps (lemma A.1) if
 * x_t obeys the recursion of eq. 10, which it does as theta_t + eta0 beta0 m_{t-1}. */
#ifndef PNM_TRAJECTORY_H
#define PNM_TRAJECTORY_H

#include "engine/descent.h"

/* theta_t, t = 0 .. steps, and m_t, g_t, t = 0 .. steps - 1, of one chain of pnm. */
struct trajectory {
    long steps;
    size_t n;
    double beta, beta0, eta0;
    double *theta, *m, *g;
};

/* The trajectory of a simulated chain. */
PNM_MUST_USE int trajectory_measured(const struct descent *descent, uint64_t chain,
                                     uint64_t steps, struct trajectory *pnm,
                                     struct error *error);

/* The trajectories of a unit's LOSS_LANES simulated chains; trajectory_free each, also
 * after a failure. */
PNM_MUST_USE int trajectory_measured_unit(const struct descent *descent, uint64_t unit,
                                          uint64_t steps, struct trajectory *pnm,
                                          struct error *error);

/* Algorithm 2 written out on the gradients of another trajectory. */
PNM_MUST_USE int trajectory_written(const struct trajectory *from,
                                    struct trajectory *pnm, struct error *error);

/* Algorithm 2 written out on the loss's own gradients: sigma = 0. */
PNM_MUST_USE int trajectory_noiseless(const struct descent *descent, uint64_t steps,
                                      struct trajectory *pnm, struct error *error);
void trajectory_free(struct trajectory *pnm);

/* Coordinate i of m_t; 0 for t < 0. */
double trajectory_m(const struct trajectory *pnm, long t, size_t i);

/* Coordinate i of x_t, for t >= -2; theta_{-2} = theta_{-1} = theta_0. */
enum x_form {
    X_MAIN_TEXT, /* theta_t - beta0 m_{t-1} */
    X_APPENDIX,  /* theta_t - eta0 beta0 m_{t-1} */
    X_CORRECTED, /* theta_t + eta0 beta0 m_{t-1} */
};
double trajectory_x(const struct trajectory *pnm, enum x_form form, long t, size_t i);

/* Coordinate i of z_t = (x_t - beta x_{t-2})/(1 - beta). */
double trajectory_z(const struct trajectory *pnm, enum x_form form, long t, size_t i);

#endif
