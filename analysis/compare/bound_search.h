/* bound_search.h: tries to break a bound: looks for the setting whose ratio
 * (bound.h) is largest, by GSL's simplex minimiser from many starts. */
#ifndef PNM_BOUND_SEARCH_H
#define PNM_BOUND_SEARCH_H

#include "compare/bound.h"

/* What a setting is made of: as the options of pnm-convergence say it, rounded to five
 * digits, so that what was found can be typed in. */
struct bound_point {
    const struct loss *loss;
    double beta0, beta1;
    double lr; /* NAN: the theorem's, from c */
    double c, sigma, initial;
    uint64_t horizon;
};

enum bound_free {
    BOUND_FREE_BETA0,
    BOUND_FREE_BETA1,
    BOUND_FREE_RATE, /* lr, for theorem 3.1 c */
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
    struct bound_point fixed;         /* what is not free; its loss is not looked at */
    const struct bound_point *starts; /* looked at before random ones; NULL: none */
    size_t start_count;
    uint64_t evaluations; /* besides the starts */
};

/* From dimensionless numbers: rate = eta0 L, for theorem 3.1 C L; sigma in G; initial
 * in G/(L sqrt(n)). */
struct bound_point bound_search_point(const struct bound_search *search,
                                      const struct loss *loss, double beta0,
                                      double beta1, double rate, double sigma,
                                      double initial, uint64_t horizon);

/* The setting with the largest ratio that was found; looks are made with few chains
 * and say no more than where to measure. Rounds of looks are the work units of a
 * sampling run of its own: it depends on the seed, not on the threads, and where the
 * session ends it the best of the rounds that were made stands; `fixed` where none was
 * made, or none found a ratio above 0. Unless NULL, *looked: was a round made?
 * *vacuous: starts at which the form's bound is no less than G^2. */
PNM_MUST_USE int bound_search(const struct bound_search *search,
                              struct bound_point *worst, bool *looked, size_t *vacuous,
                              struct error *error);

/* A point ready to run. It points into itself: not to be copied. */
struct bound_instance {
    struct convergence_task task;
    struct rule rule;
    struct bound_ensemble ensemble;
};
void bound_search_instance(struct bound_instance *instance,
                           const struct bound_search *search,
                           const struct bound_point *point);

#endif
