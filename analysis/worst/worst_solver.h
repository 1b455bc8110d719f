/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_solver.h: finds a worst function and multipliers by a primal-dual interior
 * point method (Helmberg, Rendl, Vanderbei and Wolkowicz, SIAM J. Optim. 6, 1996, with
 * Mehrotra's predictor and corrector). It works in long doubles, for these programs
 * need more digits than their solutions have. Nothing that it says is believed:
 * worst_check.h proves it. */
#ifndef PNM_WORST_SOLVER_H
#define PNM_WORST_SOLVER_H

#include "worst/worst_check.h"

struct worst_solver;

/* For the `count` rows chosen, which contain the first ones of each value and the
 * measures. `by_size`: unknowns are divided by their sizes in a typical case. The
 * problem stays where it is. STATUS_MEMORY; the free function is legal after a failure.
 */
PNM_MUST_USE int worst_solver_new(const struct worst_problem *problem,
                                  const size_t *chosen, size_t count, bool by_size,
                                  struct worst_solver **solver, struct error *error);
void worst_solver_free(struct worst_solver *solver);

/* Moves on to a relative gap of `tolerance`, or as near as it comes, always strictly
 * inside of all inequalities. *gap becomes the gap, infinity while the equalities are
 * not met. STATUS_INTERRUPTED. */
PNM_MUST_USE int worst_solver_advance(struct worst_solver *solver, double tolerance,
                                      double *gap, struct error *error);

/* Sets what it has reached, mixed with a `share` < 1 of what it had far inside of all
 * inequalities: so they are obeyed though the last digits are not. The function, whose
 * i-th vector has i + 1 coordinates, and the multipliers of all rows of the problem, 0
 * for rows that were not chosen and for those of the values and the first measure,
 * which follow from the others. */
void worst_solver_read(struct worst_solver *solver, double share,
                       struct worst_function *function, double *multiplier);

/* The value of a row of the problem less its limit for the function read last. */
double worst_solver_excess(const struct worst_solver *solver, size_t row,
                           const struct worst_function *function);

#endif
