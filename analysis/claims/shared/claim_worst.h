/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_worst.h: the worst case of a rule over smooth functions, without noise or with,
 * as evidence: proven, and attained by the simulated rule. */
#ifndef PNM_CLAIM_WORST_H
#define PNM_CLAIM_WORST_H

#include "verdict/evidence.h"
#include "worst/worst_case.h"

/* min over k = 0 .. N of E|grad f(theta_k)|^2 for f with L = 1 and f(theta_0) - f* = 1.
 */
struct claim_worst {
    double certified; /* no function has more */
    double attained;  /* by the rule's own steps on the worst function that was found */
    double steepest;  /* the largest |grad f(theta_k)| of that function */
    bool found;       /* both sides, and the steps visit the function's points */
};

/* STATUS_MEMORY, STATUS_SOFTWARE, and what rule_from says of `rule`. */
PNM_MUST_USE int claim_worst_find(const char *rule, uint64_t steps,
                                  struct claim_worst *worst, struct error *error);

/* The same with symmetric noise, E|xi|^2 <= sigma^2 > 0, for 0 < N <= WORST_TREE_STEPS:
 * the steps go through the tree of two-point noise that is worst (worst_tree.h). */
PNM_MUST_USE int claim_worst_find_tree(const char *rule, uint64_t steps, double sigma,
                                       struct claim_worst *worst, struct error *error);

/* The evidence of `measured`, which is attained, beside `exact`, which is proven; not
 * decisive if one was not found or the first is more than `apart` below the other: the
 * worst case is then not known. */
struct evidence claim_worst_evidence(double paper, double exact, double measured,
                                     double apart, bool found);

#endif
