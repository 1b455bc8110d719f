/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_pairs.h: the covariance of coupled modes, measured with control variates.
 *
 * The covariance of modes i and j has those of control.h, with products of a filter of
 * i and a filter of j. These read the two modes' noise, of covariance C_ij, so that E
 * y_t y'_t = C_ij (1 - (rho rho')^t) / (1 - rho rho'). */
#ifndef PNM_ENSEMBLE_PAIRS_H
#define PNM_ENSEMBLE_PAIRS_H

#include "engine/ensemble.h"

/* The number of products of modes i <= j. */
int ensemble_pairs_products(const struct control *control, size_t i, size_t j);

/* The most that any two of n modes have. */
int ensemble_pairs_most(const struct control *control, size_t n);

/* The bytes of sums that a unit of n modes keeps. */
double ensemble_pairs_bytes(const struct control *control, size_t n);

/* Runs a pilot of the ensemble and sets fit[ensemble_pair(n, i, j)] to what the
 * coefficients of modes i <= j are fitted to. The ensemble has filters. */
PNM_MUST_USE int ensemble_pairs_fit(const struct ensemble *ensemble,
                                    struct chains chains, struct control_fit *fit,
                                    struct error *error);

/* As ensemble_covariance, but controlled[pair] gets the moments of the time averages
 * less their control variates, and the groups are made of these. The ensemble has
 * filters and pairs. */
PNM_MUST_USE int ensemble_pairs_covariance(const struct ensemble *ensemble,
                                           struct chains chains, struct moments *plain,
                                           struct moments *controlled,
                                           struct covariance_groups *groups,
                                           struct error *error);

#endif
