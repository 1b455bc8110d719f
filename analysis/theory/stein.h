/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stein.h: the discrete Lyapunov (Stein) equation of a pair of modes, solved directly.
 */
#ifndef PNM_STEIN_H
#define PNM_STEIN_H

#include "rules/linear_system.h"

/* Solves S = A_i S A_j' + q for the dim_i x dim_j matrix S, as dim_i dim_j linear
 * equations (I - A_i (x) A_j) vec S = vec q, by LU factorisation. The error is about 64
 * eps cond(I - A_i (x) A_j). STATUS_SOFTWARE if the equations are singular (stability
 * limit), STATUS_MEMORY. */
PNM_MUST_USE int stein_solve(const struct linear_system *i,
                             const struct linear_system *j, const double *q, double *s,
                             struct error *error);

/* The (theta, theta) element of the solution for noise covariance c between the modes.
 */
PNM_MUST_USE int stein_covariance(const struct linear_system *i,
                                  const struct linear_system *j, double c,
                                  double *covariance, struct error *error);

#endif
