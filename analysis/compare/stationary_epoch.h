/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_epoch.h: the stationary covariance of linear rules whose noise is that of
 * epochs, without replacement: exact and measured. */
#ifndef PNM_STATIONARY_EPOCH_H
#define PNM_STATIONARY_EPOCH_H

#include "compare/stationary.h"

/* So many rows may a rule have by phase, because each has sums of its own in a unit. */
#define STATIONARY_EPOCH_ROWS 100000

/* What stationary_compare does, for a loss with epochs (problem_set_epochs) and a
 * linear rule. A row is the average over the phases of an epoch or, by phase, there is
 * a row for each, 0 .. E-1, one after the other. Chains record whole epochs; their
 * burn-in is planned from the exact transient, their number from a pilot. paper is that
 * of the noise with replacement. STATUS_USAGE for unstable parameters, an epoch without
 * a step, more than STATIONARY_EPOCH_ROWS phases, and given steps that leave no whole
 * epoch to record. */
PNM_MUST_USE int stationary_epoch_compare(
    const struct sampling *sampling, const struct rule *rule,
    const struct problem *problem, enum stationary_elements elements, bool by_phase,
    const char *label, struct comparison **rows, size_t *count, struct error *error);

/* The exact average over the phases of an epoch, of one mode of curvature h whose noise
 * has variance c with replacement. */
PNM_MUST_USE int stationary_epoch_exact(const struct rule *rule, double h, double c,
                                        uint64_t train_size, uint64_t batch,
                                        double *variance, struct error *error);

#endif
