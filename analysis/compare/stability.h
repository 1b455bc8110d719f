/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability.h: how fast a linear rule converges on a quadratic loss without noise, and
 * up to which learning rate: exactly, and measured by running it.
 *
 * h[n] are the curvatures; the largest spectral radius over them counts. After Ctrl-C
 * all functions return soon, with meaningless numbers. */
#ifndef PNM_STABILITY_H
#define PNM_STABILITY_H

#include "compare/growth.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

/* Measured and exact agree if the limits differ by at most this, relative, and the
 * radii by at most this of 1 - rho, or 1e-9. */
#define STABILITY_TOLERANCE 1e-4

/* Largest spectral radius of the matrices that analysis/theory/NAME.c writes out or, if
 * there is no such file, of matrices probed from the step; *source, if not NULL, tells
 * which. NAN if eigenvalues do not converge. */
double stability_radius(const struct rule *rule, const double *h, size_t n,
                        enum exact_source *source);

/* The largest measured growth factor of noiseless chains; settled if all modes are. */
struct growth stability_growth(const struct rule *rule, const double *h, size_t n);

/* The learning rate from which on the rule is unstable at its other parameters: the
 * upper end of the stable interval that holds 1/max(h), or else of the next one below.
 * 0 if there is none down to 2^-30/max(h), INFINITY if it extends to 2^30/max(h). Found
 * by steps of 2^(1/4), then bisection to 1e-13 relative. */
double stability_limit(const struct rule *rule, const double *h, size_t n);
/* That limit found by noiseless chains alone, to 1e-7 relative if they do not settle.
 */
double stability_limit_measured(const struct rule *rule, const double *h, size_t n);
/* That limit from the closed form; NAN if there is none. */
double stability_limit_closed(const struct rule *rule, const double *h, size_t n);

/* The learning rate with the smallest radius, *radius; NAN if no rate is stable or all
 * are. Scans 455 rates below the limit, then searches beside each local minimum by
 * golden sections, which need no derivative: the radius has kinks there. If the radius
 * is level at its minimum, the rate is the lower end of the level stretch. The radius
 * is the least to 1e-13, the rate right to about 1e-6 relative at a smooth minimum and
 * 1e-16 max(h)/min(h) at a kink. */
double stability_best_lr(const struct rule *rule, const double *h, size_t n,
                         double *radius);

/* ln(accuracy) / ln(radius), the steps in which the error falls to `accuracy` times its
 * start at the asymptotic rate. NAN for radius >= 1. */
double stability_steps(double radius, double accuracy);

/* Exact and measured values of one rule and spectrum; NAN if there is none. */
struct stability {
    enum exact_source source;
    double radius, limit, limit_closed;
    double best_lr, best_radius;
    double radius_measured, limit_measured;
    bool settled; /* whether the measured radius settled */
};

/* Fills in the exact values and leaves the measured ones NAN. */
void stability_exact(struct stability *stability, const struct rule *rule,
                     const double *h, size_t n);

/* Fills in the measured values. */
void stability_measure(struct stability *stability, const struct rule *rule,
                       const double *h, size_t n);

/* Judges whether measured radius and limit agree with the exact ones, and the limit
 * with the closed form. A radius that has not settled is inconclusive, it never fails.
 */
enum verdict stability_judge(const struct stability *stability);

#endif
