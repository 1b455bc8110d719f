/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_pairs.h: plans the sampling of linear rules whose modes run together with
 * control variates, for stationary.c only. */
#ifndef PNM_STATIONARY_PAIRS_H
#define PNM_STATIONARY_PAIRS_H

#include "compare/stationary_pilot.h"

/* The most bytes that a unit may take for the sums of products: with sgd that is
 * about 360 modes, with complex poles 230. */
#define STATIONARY_PAIRS_BYTES 0x1p26

/* Replaces the plans of all rows by one with control variates, if that takes with its
 * pilot so much less than the coordinate-steps that the dearest row needs without, that
 * it pays for the products of filters beside those of modes.
 * Then *control gets n filters and *pairs the coefficients, which the caller frees;
 * otherwise both are NULL. The rows' plans count the pilot's steps. STATUS_MEMORY,
 * STATUS_SOFTWARE, and what ensembles return. */
PNM_MUST_USE int stationary_pairs_plan(struct stationary_work *work,
                                       const struct ensemble *ensemble,
                                       struct control **control,
                                       struct control_pair **pairs,
                                       struct error *error);

#endif
