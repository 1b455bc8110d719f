/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_phases.h: second moments of an ensemble, step by step of a period. */
#ifndef PNM_ENSEMBLE_PHASES_H
#define PNM_ENSEMBLE_PHASES_H

#include "engine/ensemble.h"

/* Moments over chains of the time averages of (theta_i - mean_i)^2 or, if `pairs`, of
 * (theta_i - mean_i)(theta_j - mean_j) for all i <= j, over the recorded steps t with t
 * mod period = phase: out[row * period + phase], where a row is a mode, or a pair as
 * ensemble_pair says. Every phase is recorded at least once. chains has an entry a mode
 * or, if `pairs` or if the loss couples its modes, one for all; a mode with 0 chains is
 * left out. */
PNM_MUST_USE int ensemble_phases(const struct ensemble *ensemble, bool pairs,
                                 const struct chains *chains, uint64_t period,
                                 struct moments *out, struct error *error);

#endif
