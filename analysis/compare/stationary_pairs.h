/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_pairs.h: plans the sampling of linear rules whose modes run together with
 * control variates, for stationary.c only. */
#ifndef PNM_STATIONARY_PAIRS_H
#define PNM_STATIONARY_PAIRS_H

#include "compare/stationary_pilot.h"

/* The most modes whose pairs may have control variates: with more, the products of
 * their filters cost more than the steps. */
enum { STATIONARY_PAIRS_MODES = 16 };

/* Replaces the plans of all rows by one with control variates, if that takes with its
 * pilot less than half of the coordinate-steps that the dearest row needs without.
 * Then *control gets n filters and *pairs the coefficients, which the caller frees;
 * otherwise both are NULL. The rows' plans count the pilot's steps. STATUS_MEMORY,
 * STATUS_SOFTWARE, and what ensembles return. */
PNM_MUST_USE int stationary_pairs_plan(struct stationary_work *work,
                                       const struct ensemble *ensemble,
                                       struct control **control,
                                       struct control_pair **pairs,
                                       struct error *error);

#endif
