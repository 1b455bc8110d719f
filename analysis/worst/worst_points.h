/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_points.h: the worst function at the points that the rule visits, and the rule
 * run on it. */
#ifndef PNM_WORST_POINTS_H
#define PNM_WORST_POINTS_H

#include "worst/worst_case.h"

/* theta_k, grad f(theta_k) (count x coordinates) and f(theta_k) - f* for k = 0 .. N, in
 * the setting's units. theta counts from theta* if the setting's problem has one, else
 * from theta_0. Coordinates are ordered by how much the vectors use them. */
struct worst_points {
    size_t count, coordinates;
    double *theta, *gradient, *value;
};

/* The points of a worst case whose function was found. STATUS_MEMORY; worst_points_free
 * is legal after a failure. */
PNM_MUST_USE int worst_points_of(const struct worst_setting *setting,
                                 const struct worst_case *worst,
                                 struct worst_points *points, struct error *error);
void worst_points_free(struct worst_points *points);

/* The vectors of `count` symbols from `first` on for vectors of the problem's basis
 * (basis x basis): out (count x basis), in the problem's units, coordinates ordered as
 * above. STATUS_MEMORY. */
PNM_MUST_USE int worst_points_symbols(const struct worst_problem *problem,
                                      const double *basis, size_t first, size_t count,
                                      double *out, struct error *error);

/* |a - b| of two vectors of n coordinates. */
double worst_points_distance(const double *a, const double *b, size_t n);

/* Runs the rule's own step from theta_0 with the gradients of the points and sets
 * *deviation to the largest distance of its theta_k from those of the points, relative
 * to the longest way from theta_0. So the method of the proof is the one that is
 * simulated. STATUS_MEMORY. */
PNM_MUST_USE int worst_points_replay(const struct worst_setting *setting,
                                     const struct worst_points *points,
                                     double *deviation, struct error *error);

#endif
