/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_known.h: rows of numbers that are computed, not sampled, in two ways. */
#ifndef PNM_CLAIM_KNOWN_H
#define PNM_CLAIM_KNOWN_H

#include "verdict/ledger.h"

/* The evidence of a number without chance: `measured` and `exact` are to agree to
 * rounding. paper is NAN if the paper states no such number. */
struct evidence claim_known(double paper, double exact, double measured);

/* Adds a row for "the number lies strictly below `limit`". `scale` is the size of the
 * numbers that it is a difference of, to which exact and measured are to agree. A
 * number that rounding alone sets apart from the limit equals it, and so fails. */
PNM_MUST_USE int claim_below(struct ledger *ledger, const struct claim *claim,
                             enum form form, const char *setting, double limit,
                             double exact, double measured, double scale,
                             struct error *error);

#endif
