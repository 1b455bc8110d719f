/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ensemble_average.h: averages of iterates (rules/average.h), one of each chain and
 * mode, and their moments over chains. */
#ifndef PNM_ENSEMBLE_AVERAGE_H
#define PNM_ENSEMBLE_AVERAGE_H

#include "engine/ensemble_run.h"

/* The average so far of the 64 lanes of a tile, in the unit of the trajectory. state
 * holds 64 numbers. */

/* Sets state to what an average begins with at step 0. */
void ensemble_average_start(const struct ensemble_view *view, const struct unit *unit,
                            size_t tile, double *state);

/* Takes x after step `step`, which counts from 1 and follows the one before. */
void ensemble_average_add(const struct average *average, uint64_t step, const double *x,
                          double *state);

/* The average of one lane after that step. */
double ensemble_average_value(const struct average *average, uint64_t step, double x,
                              double state);

/* Runs chains of the ensemble, which has an average and no control variates, and takes
 * the moments over chains of the averages after their last step: theta[i] of the
 * average of mode i, square[i] of its squared distance from ensemble->mean, and
 * pair[ensemble_pair(n, i, j)] of the product of two such distances. Without `pair`
 * chains[i] may differ from mode to mode where these run separately; with it chains[0]
 * is for all. Polyak's averages need more than `from` steps. STATUS_MEMORY, and what
 * ensembles return. */
PNM_MUST_USE int ensemble_averages(const struct ensemble *ensemble,
                                   const struct chains *chains, struct moments *theta,
                                   struct moments *square, struct moments *pair,
                                   struct error *error);

#endif
