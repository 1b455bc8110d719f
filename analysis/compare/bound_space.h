/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_space.h: the coordinates in which bound_search.c searches.
 *
 * Coordinates: beta0 = u^2, beta1 = u^2/(1+u^2), rate and sigma 10^u, initial u |u|,
 * horizon 2^u. So 0 can be reached, and a step in u matters about equally everywhere.
 * The rate is eta0 L for the theorem too, where it gives C = eta0 sqrt(T): a larger C
 * only raises the bound, and in C itself the best settings lie on a ridge, C L =
 * sqrt(T)/2, that a simplex cannot follow.
 */
#ifndef PNM_BOUND_SPACE_H
#define PNM_BOUND_SPACE_H

#include "compare/bound_search.h"

/* Of one coordinate. */
struct bound_range {
    double low, high; /* of random starts; the simplex may leave them, up to the caps */
    double end;       /* where bounds are often tightest, tried more often; NAN: none */
};

/* The longest horizon that is looked at where it is free. */
uint64_t bound_space_longest(const struct bound_search *search);

void bound_space_ranges(const struct bound_search *search, struct bound_range *range);

/* The point at these coordinates; numbers that are not free are those of search->fixed.
 */
struct bound_point bound_space_point(const struct bound_search *search,
                                     const struct loss *loss,
                                     const double u[BOUND_FREE_COUNT]);

/* The coordinates of a point, up to rounding. */
void bound_space_coordinates(const struct bound_search *search,
                             const struct bound_point *point,
                             double u[BOUND_FREE_COUNT]);

#endif
