/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minibatch.h: what planning needs of minibatch least squares: whether second moments
 * stay bounded, the stationary noise, and how long the start is remembered. */
#ifndef PNM_MINIBATCH_H
#define PNM_MINIBATCH_H

#include "engine/sampling.h"
#include "rules/mean_square.h"

/* The problem as mean_square.h has it. It has examples. */
struct mean_square minibatch_setting(const struct problem *problem);

/* Lowers margins[n] to 1 - gain where the gain of the loop of a linear rule, which is
 * stable without noise, is above 1. STATUS_USAGE, with both limits of the learning
 * rate, if a margin is <= 0 and divergence is not allowed. */
PNM_MUST_USE int minibatch_check(const struct sampling *sampling,
                                 const struct rule *rule, const struct problem *problem,
                                 const struct linear_system *systems, double *margins,
                                 struct error *error);

/* Sets noise[n] to the stationary C_ii by the probed systems; the margins are > 0.
 * mean[n] is that of theta. */
PNM_MUST_USE int minibatch_noise(const struct rule *rule, const struct problem *problem,
                                 const double *mean, double *noise,
                                 struct error *error);

/* No transient is followed for more steps than this, about half a minute. */
uint64_t minibatch_longest(const struct problem *problem);

/* How E (theta_i - mean_i)^2 approaches variance[i], from the problem's start on, by
 * the systems given. *burn_in becomes the first step from which on every mode stays
 * within tolerance[i] for as many steps again; UINT64_MAX if none is found. If `given`
 * is not PLAN_AUTO, it is that step instead. left[n] is the largest difference there.
 * STATUS_MEMORY. */
PNM_MUST_USE int minibatch_burn_in(const struct rule *rule,
                                   const struct problem *problem,
                                   system_function *system, const double *mean,
                                   const double *variance, const double *tolerance,
                                   uint64_t given, uint64_t *burn_in, double *left,
                                   struct error *error);

#endif
