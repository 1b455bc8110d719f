/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability.h: how fast a linear rule converges on a quadratic loss without noise, and
 * at which learning rates: exactly, and measured by running it.
 *
 * h[n] are the curvatures; the largest spectral radius over them counts. After Ctrl-C
 * all functions return soon, with meaningless numbers. */
#ifndef PNM_STABILITY_H
#define PNM_STABILITY_H

#include "compare/growth.h"
#include "losses/problem.h"
#include "rules/stable_set.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

/* Measured and exact agree if the limits differ by at most this, relative, and the
 * radii by at most this of 1 - rho. */
#define STABILITY_TOLERANCE 1e-4

/* 1 minus the largest spectral radius of the matrices that analysis/theory/NAME.c
 * writes out or, if there is no such file, of matrices probed from the step; *source,
 * if not NULL, tells which. STATUS_SOFTWARE as linear_system_margin. */
PNM_MUST_USE int stability_margin(const struct rule *rule, const double *h, size_t n,
                                  double *margin, enum exact_source *source,
                                  struct error *error);

/* The largest measured growth factor of noiseless chains; settled if all modes are. */
struct growth stability_growth(const struct rule *rule, const double *h, size_t n);

/* All learning rates at which the rule is stable at its other parameters
 * (stable_set.h). */
PNM_MUST_USE int stability_set(const struct rule *rule, const double *h, size_t n,
                               struct stable_set *set, struct error *error);

/* The upper end of the stable interval that matters for the rule's learning rate, which
 * is found by noiseless chains alone: the interval that holds the rate, otherwise the
 * next one below, otherwise the next one above. Steps of 2^(1/4) from the rate (of 4
 * beyond 2^20 inverse curvatures), then bisection. 0 if none is found from 2^-30
 * inverse curvatures on, INFINITY if it extends to 2^64; NAN if chains do not tell its
 * place to STABILITY_TOLERANCE. */
double stability_limit_measured(const struct rule *rule, const double *h, size_t n);
/* The upper end from the closed form; NAN if there is none. */
double stability_limit_closed(const struct rule *rule, const double *h, size_t n);

struct best_rate {
    double lr, margin;
};

/* The learning rate in the interval with the smallest radius, and 1 minus it; NAN if
 * the interval is empty or has no end. Scans rates between the ends, evenly and in
 * ratios down to where 1 - rho has fallen to a thousandth of its best, then searches
 * beside each local minimum by golden sections, which need no derivative: the radius
 * has kinks there. If the radius is level at its minimum, the rate is the lower end of
 * the level stretch. 1 - rho is the largest to 1e-12 relative, the rate right to about
 * 1e-6 relative at a smooth minimum and 1e-12 at a kink. STATUS_MEMORY,
 * STATUS_SOFTWARE. */
PNM_MUST_USE int stability_best(const struct rule *rule, const double *h, size_t n,
                                struct interval interval, struct best_rate *best,
                                struct error *error);

/* ln(accuracy) / ln(1 - margin), the steps in which the error falls to `accuracy` times
 * its start at the asymptotic rate. NAN for margin <= 0. */
double stability_steps(double margin, double accuracy);

/* Exact and measured values of one rule and spectrum; NAN if there is none. */
struct stability {
    enum exact_source source;
    double margin;            /* 1 - rho at the rule's learning rate */
    struct interval interval; /* the stable rates that matter for it */
    size_t intervals;         /* how many stable intervals there are */
    double limit_closed;
    struct best_rate best;
    struct growth growth; /* measured */
    double limit_measured;
};

/* Fills in the exact values and leaves the measured ones NAN. STATUS_MEMORY,
 * STATUS_SOFTWARE. */
PNM_MUST_USE int stability_exact(struct stability *stability, const struct rule *rule,
                                 const double *h, size_t n, struct error *error);

/* Of minibatch least squares: the learning rate below which second moments stay bounded
 * (least_squares_limit), in the interval of `stability`, and the gain of the loop at
 * the rule's own rate; NAN where that is unstable without noise. */
PNM_MUST_USE int stability_mean_square(const struct problem *problem,
                                       const struct rule *rule,
                                       const struct stability *stability, double *limit,
                                       double *gain, struct error *error);

void stability_measure(struct stability *stability, const struct rule *rule,
                       const double *h, size_t n);

/* The verdict on the exact radius and limits; *reason is why it is inconclusive, NULL
 * otherwise. */
enum verdict stability_judge(const struct stability *stability, const char **reason);

#endif
