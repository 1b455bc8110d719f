/* convergence.h: chains on a loss, their smallest gradient and their transient,
 * measured and exact. */
#ifndef PNM_COMPARE_CONVERGENCE_H
#define PNM_COMPARE_CONVERGENCE_H

#include "engine/descent.h"
#include "engine/sampling.h"
#include "theory/convergence.h"
#include "verdict/evidence.h"

struct convergence_task {
    const struct sampling *sampling;
    struct loss loss;
    double sigma;    /* sqrt(E|xi|^2) over all coordinates */
    double start;    /* theta_0 in every coordinate */
    double c;        /* C of the theorem's rate */
    uint64_t chains; /* 0: planned from a pilot */
};

/* The rate that the rule applies: its learning rate after normalization. */
double convergence_applied_rate(const struct rule *rule);

/* Where the learning rate is NAN: the one that applies min{1/(2L), C/sqrt(steps)}. */
void convergence_set_rate(const struct convergence_task *task, uint64_t steps,
                          struct rule *rule);

/* Chains of the rule with the task's loss, noise, start and threads. They point into
 * task and rule. */
struct descent convergence_descent(const struct convergence_task *task,
                                   const struct rule *rule, uint64_t seed);

/* What the bounds take. */
struct convergence convergence_constants(const struct convergence_task *task,
                                         const struct rule *rule);

/* Chains of steps 0 .. horizon - 1, so that the curve ends with theta at step horizon.
 * Without a number of chains they are planned for the precision asked for, from a
 * pilot of other random numbers, within the budget of samples; one chain without
 * noise. */
PNM_MUST_USE int convergence_measure(const struct convergence_task *task,
                                     const struct rule *rule, uint64_t horizon,
                                     struct descent_curve *curve, struct error *error);

/* min over k = 0 .. T-1 of E|grad f(theta_k)|^2: the step chosen by one half of the
 * chains, the value measured on the other. count 0: no chains. */
struct convergence_minimum {
    double square, se;
    uint64_t count, step;
};

void convergence_minimum(const struct descent_curve *curve,
                         struct convergence_minimum *minimum);

/* Theorem 3.1's bounds by enum convergence_form for `rule`, run as `own` (the same with
 * its rate set). NAN where the theorem says nothing: another rule, beta0 < 0, a rate of
 * the user's own. */
void convergence_bounds(const struct convergence_task *task, const struct rule *rule,
                        const struct rule *own, uint64_t horizon, double bounds[2]);

/* Exponent of the minima over the horizons and its standard error, by least squares of
 * the logarithms with the weights of their errors; without errors, from the residuals.
 * NAN where a minimum is missing or not positive. */
void convergence_slope(const double *horizon, const struct convergence_minimum *minimum,
                       size_t count, double *slope, double *se);

enum convergence_quantity {
    CONVERGENCE_SQUARE, /* E|grad f(theta_t)|^2 */
    CONVERGENCE_EXCESS, /* E f(theta_t) - f* */
    CONVERGENCE_QUANTITIES
};

struct convergence_point {
    struct evidence evidence;
    struct verdicts verdicts;
};

/* One point of the curve; exact where the loss is a quadratic and the rule linear. */
PNM_MUST_USE int convergence_point(const struct convergence_task *task,
                                   const struct rule *rule,
                                   const struct descent_curve *curve, uint64_t step,
                                   enum convergence_quantity quantity,
                                   struct convergence_point *point,
                                   struct error *error);

#endif
