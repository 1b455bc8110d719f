/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_quantiles.h: the table of pnm-stationary --quantiles, quantiles and
 * kurtosis of stationary laws. */
#ifndef PNM_STATIONARY_QUANTILES_H
#define PNM_STATIONARY_QUANTILES_H

#include "stationary_at.h"

/* Checks that the noise has a variance where covariances are wanted. STATUS_USAGE. */
PNM_MUST_USE int stationary_quantiles_needed(const struct stationary_request *own,
                                             struct error *error);

/* Fills the table if --quantiles is given. STATUS_USAGE for options of covariances,
 * rules without a linear law, and probabilities outside of 0 to 1. */
PNM_MUST_USE int stationary_quantiles_answer(const struct stationary_request *own,
                                             struct table *table, struct tally *tally,
                                             struct error *error);

#endif
