/* stability.h: how fast a linear rule converges on a quadratic loss without noise, and
 * up to which learning rate: exactly, and measured by running it.
 *
 * h[n] are the curvatures; the largest spectral radius over them decides. After Ctrl-C
 * all of these come to an end soon, with numbers that mean nothing. */
#ifndef PNM_STABILITY_H
#define PNM_STABILITY_H

#include "compare/growth.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

/* Measured and exact agree if the limits differ by at most this, relative, and the
 * radii by at most this of 1 - rho, or 1e-9. */
#define STABILITY_TOLERANCE 1e-4

/* Largest spectral radius: of the matrices that NAME.c writes out, or probed
 * from the step where there is no such file. NAN if eigenvalues do not converge.
 * *source, where not NULL, says which. */
double stability_radius(const struct rule *rule, const double *h, size_t n,
                        enum exact_source *source);

/* The same measured: the largest growth factor of noiseless chains. settled if all
 * modes are. */
struct growth stability_growth(const struct rule *rule, const double *h, size_t n);

/* The learning rate from which on the rule is unstable at the rule's other parameters:
 * the upper end of the stable interval that holds 1/max(h), or else of the next one
 * below. 0 if there is none down to 2^-30/max(h), INFINITY if it goes on to
 * 2^30/max(h). Found by steps of 2^(1/4), then bisection to 1e-13 relative: */
double stability_limit(const struct rule *rule, const double *h, size_t n);
/* by noiseless chains alone (to 1e-7 relative where they do not settle), */
double stability_limit_measured(const struct rule *rule, const double *h, size_t n);
/* or from the closed form, NAN where there is none. */
double stability_limit_closed(const struct rule *rule, const double *h, size_t n);

/* The learning rate with the smallest radius, which is *radius; NAN where no rate is
 * stable or all are. A scan of 455 rates below the limit, then golden-section search
 * beside each local minimum, which needs no derivative: the radius has kinks there, and
 * may be level, where the lower end of the level stretch is given. The radius is the
 * least to 1e-13, the rate right to about 1e-6 relative at a smooth minimum and 1e-16
 * max(h)/min(h) at a kink. */
double stability_best_lr(const struct rule *rule, const double *h, size_t n,
                         double *radius);

/* ln(accuracy) / ln(radius): steps until the error has fallen to accuracy times what it
 * was, at the asymptotic rate. NAN for radius >= 1. */
double stability_steps(double radius, double accuracy);

/* Exact and measured of one rule and spectrum. NAN: not there. */
struct stability {
    enum exact_source source;
    double radius, limit, limit_closed;
    double best_lr, best_radius;
    double radius_measured, limit_measured;
    bool settled; /* did the measured radius settle? */
};

/* Fills in what is exact; what is measured is left NAN. */
void stability_exact(struct stability *stability, const struct rule *rule,
                     const double *h, size_t n);

/* Fills in what is measured. */
void stability_measure(struct stability *stability, const struct rule *rule,
                       const double *h, size_t n);

/* Do measured radius and limit agree with exact, and the limit with the closed form? A
 * radius that has not settled never fails: it is inconclusive. */
enum verdict stability_judge(const struct stability *stability);

#endif
