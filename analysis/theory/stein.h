/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stein.h: the discrete Lyapunov (Stein) equation of a pair of modes, solved directly.
 */
#ifndef PNM_STEIN_H
#define PNM_STEIN_H

#include "rules/linear_system.h"

/* The (theta, theta) element of the solution of S = A_i S A_j' + c sum_k b_ik b_jk',
 * for noise covariance c between the modes. With E = A - I that is
 *
 *     -(E_i S + S E_j' + E_i S E_j') = c sum_k b_ik b_jk',
 *
 * linear equations that are solved in quads, because I - A_i (x) A_j loses what a small
 * learning rate leaves. *bound, if not NULL, becomes a bound of the absolute error:
 * what the roundoff of the systems, to first order, and the solution's own residual can
 * do to that element. STATUS_SOFTWARE if the equations are singular (stability limit).
 */
PNM_MUST_USE int stein_covariance(const struct linear_system *i,
                                  const struct linear_system *j, double c,
                                  double *covariance, double *bound,
                                  struct error *error);

/* The same with all the digits of the solution, and a bound of what is wrong with them:
 * for determinants of matrices that are nearly singular. */
PNM_MUST_USE int stein_covariance_quad(const struct linear_system *i,
                                       const struct linear_system *j, double c,
                                       quad *covariance, quad *bound,
                                       struct error *error);

/* The whole solution S, dim_i x dim_j. */
PNM_MUST_USE int stein_solve(const struct linear_system *i,
                             const struct linear_system *j, double c, double *s,
                             struct error *error);

/* The same for any right side: S = A_i S A_j' + right, all dim_i x dim_j, in quads. */
PNM_MUST_USE int stein_equation(const struct linear_system *i,
                                const struct linear_system *j, const quad *right,
                                quad *s, struct error *error);

#endif
