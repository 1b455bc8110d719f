/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_case.h: the worst case of a rule, from both sides: a bound that is proven and a
 * function that comes close to it. */
#ifndef PNM_WORST_CASE_H
#define PNM_WORST_CASE_H

#include "worst/worst_check.h"
#include "worst/worst_setting.h"
#include "worst/worst_solver.h"

struct worst_case {
    struct worst_problem problem;
    struct worst_function function;
    struct worst_multipliers multipliers;
    /* In the setting's units, rounded outward: a function attains `worst`, none exceeds
     * `certified`. NAN: none was found, or none was asked for (worst, with a bound of
     * the gradients: they need not belong to a function). */
    double worst, certified;
    double gap;    /* certified - worst over certified */
    double scale;  /* from the problem's units to the setting's */
    bool relaxed;  /* rows are necessary only */
    int dimension; /* coordinates that the worst function needs: rank of its Gram matrix
                    */
};

/* Makes worst->problem that of the setting, with room for a function and multipliers;
 * nothing is found yet. STATUS_MEMORY; worst_case_free is legal after a failure. */
PNM_MUST_USE int worst_case_init(const struct worst_setting *setting,
                                 struct worst_case *worst, struct error *error);

/* The same for a problem of one's own in worst->problem, which worst_case_free frees.
 * `scale` is the factor from its units; `relaxed` says that its rows are necessary, but
 * not known to be sufficient, so that `worst` stays NAN. */
PNM_MUST_USE int worst_case_reserve(struct worst_case *worst, double scale,
                                    bool relaxed, struct error *error);

/* Finds both sides and rounds them to the digits that their gap supports.
 * STATUS_MEMORY, STATUS_INTERRUPTED, STATUS_SOFTWARE if neither side was found. */
PNM_MUST_USE int worst_case_solve(struct worst_case *worst, struct error *error);

/* worst_case_init and worst_case_solve. worst_case_free is legal after a failure. */
PNM_MUST_USE int worst_case_find(const struct worst_setting *setting,
                                 struct worst_case *worst, struct error *error);

/* Set what the check has proven of worst->multipliers and worst->function, with all
 * digits, from bounds in the problem's units. STATUS_MEMORY. */
void worst_case_above(struct worst_case *worst, double bound);
PNM_MUST_USE int worst_case_below(struct worst_case *worst, double bound,
                                  struct error *error);

/* The relative gap of the two sides, rounded up to two digits. */
double worst_case_gap(const struct worst_case *worst);
void worst_case_free(struct worst_case *worst);

#endif
