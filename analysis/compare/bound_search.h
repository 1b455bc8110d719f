/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_search.h: tries to break a bound by searching for the setting with the largest
 * ratio (bound.h), with GSL's simplex minimiser from many starts. */
#ifndef PNM_BOUND_SEARCH_H
#define PNM_BOUND_SEARCH_H

#include "compare/bound.h"

/* A setting, in the terms of the options of pnm-bound and rounded to five digits,
 * so that a user can type it. */
struct bound_point {
    const struct loss *loss;
    double beta0, beta1;
    double lr; /* NAN: the theorem's rate, from c */
    double c, sigma, initial;
    uint64_t horizon;
};

enum bound_free {
    BOUND_FREE_BETA0,
    BOUND_FREE_BETA1,
    BOUND_FREE_RATE, /* lr; for theorem 3.1 it is c */
    BOUND_FREE_SIGMA,
    BOUND_FREE_INITIAL,
    BOUND_FREE_HORIZON,
    BOUND_FREE_COUNT
};

struct bound_search {
    const struct sampling *sampling;
    const struct rule *rule; /* pnm; beta0, beta1 and lr as in the points */
    enum bound bound;
    enum convergence_form form;
    const struct loss *losses; /* tried in turn */
    size_t loss_count;
    bool free[BOUND_FREE_COUNT];
    struct bound_point fixed; /* numbers that are not free; its loss is ignored */
    const struct bound_point *starts; /* points tried before random ones; NULL: none */
    size_t start_count;
    uint64_t evaluations; /* looks besides the starts */
};

/* A point from dimensionless numbers: rate = eta0 L, for theorem 3.1 C L; sigma in G;
 * initial in G/(L sqrt(n)). */
struct bound_point bound_search_point(const struct bound_search *search,
                                      const struct loss *loss, double beta0,
                                      double beta1, double rate, double sigma,
                                      double initial, uint64_t horizon);

/* Finds the setting with the largest ratio. Looks use few chains and only tell where to
 * measure. Rounds of looks are the units of a sampling run of their own, which depends
 * on the seed, but not on the threads. If the session ends it early, *worst is the best
 * of the complete rounds; it is `fixed` if there was none or none found a ratio above
 * 0. *looked becomes whether a round was made, *vacuous the number of starts at which
 * the form's bound is at least G^2; both may be NULL. */
PNM_MUST_USE int bound_search(const struct bound_search *search,
                              struct bound_point *worst, bool *looked, size_t *vacuous,
                              struct error *error);

/* A point ready to run. It holds pointers into itself and must not be copied. */
struct bound_instance {
    struct convergence_task task;
    struct rule rule;
    struct bound_ensemble ensemble;
};
void bound_search_instance(struct bound_instance *instance,
                           const struct bound_search *search,
                           const struct bound_point *point);

#endif
