/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_solver.h: finds worst cases and multipliers with DSDP (Benson and Ye, ACM
 * Trans. Math. Softw. 34, 2008). Nothing that it says is believed: worst_check.h proves
 * it.
 *
 * DSDP moves inside of the inequalities of the problem that it is given, so that its
 * answers obey them with a small slack. That of the function has those of the Gram
 * matrix, that of the multipliers those of S; hence there are two. */
#ifndef PNM_WORST_SOLVER_H
#define PNM_WORST_SOLVER_H

#include "worst/worst_problem.h"

/* How the solver is asked. Several ways are tried, for none is best in every case. */
struct worst_attempt {
    double margin;    /* slack wanted in every inequality */
    double largest;   /* of the unknowns */
    bool scaled;      /* unknowns are divided by their sizes in a typical case */
    double potential; /* how fast it moves to the end: 3 to 5 */
};

/* A function: its Gram matrix (basis x basis) and values. */
struct worst_function {
    double *gram, *value;
    double t;
};

/* Sets *function to a near-worst function for the `count` rows chosen, each obeyed with
 * a slack, multiplier[] (of the rows chosen) to rough multipliers, and *gap to what the
 * solver takes for the relative distance from the worst. `found` false: the solver
 * found none. STATUS_MEMORY. */
PNM_MUST_USE int worst_solve_function(const struct worst_problem *problem,
                                      const size_t *chosen, size_t count,
                                      const struct worst_attempt *attempt,
                                      struct worst_function *function,
                                      double *multiplier, double *gap, bool *found,
                                      struct error *error);

/* Sets multiplier[] (of the rows chosen, which contain the first ones that are there
 * for each value and the measures) to near-best multipliers, whose S is positive
 * definite. The multipliers of the values' rows and of the first measure are left 0:
 * they follow from the others. STATUS_MEMORY. */
PNM_MUST_USE int worst_solve_multipliers(const struct worst_problem *problem,
                                         const size_t *chosen, size_t count,
                                         const struct worst_attempt *attempt,
                                         double *multiplier, bool *found,
                                         struct error *error);

#endif
