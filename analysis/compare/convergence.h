/* SPDX-License-Identifier: GPL-3.0-or-later */
/* convergence.h: the smallest gradient and the transient of chains on a loss, measured
 * and exact. */
#ifndef PNM_COMPARE_CONVERGENCE_H
#define PNM_COMPARE_CONVERGENCE_H

#include "engine/descent.h"
#include "engine/sampling.h"
#include "theory/convergence.h"
#include "theory/least_squares.h"
#include "verdict/evidence.h"

struct convergence_task {
    const struct sampling *sampling;
    struct loss loss;
    double sigma;    /* sqrt(E|xi|^2) over all coordinates */
    double start;    /* theta_0 in every coordinate */
    double c;        /* C of the theorem's rate */
    uint64_t chains; /* 0: planned from a pilot */
    /* The exact transient of minibatches, followed from point to point: of one rule at
     * a time. NULL: none. Zeroed, or freed with mean_square_run_free, before each rule.
     */
    struct mean_square_run *transient;
};

/* The rate that the rule applies, its learning rate after normalization. */
double convergence_applied_rate(const struct rule *rule);

/* Sets a learning rate that is NAN so that the rule applies min{1/(2L), C/sqrt(steps)}.
 */
void convergence_set_rate(const struct convergence_task *task, uint64_t steps,
                          struct rule *rule);

/* Chains of the rule with the task's loss, noise, start and threads, or a pilot of such
 * chains. They point into task and rule. */
struct descent convergence_descent(const struct convergence_task *task,
                                   const struct rule *rule, bool pilot);

/* The constants of the bounds for this task and rule. STATUS_MEMORY. */
PNM_MUST_USE int convergence_constants(const struct convergence_task *task,
                                       const struct rule *rule,
                                       struct convergence *constants,
                                       struct error *error);

/* Runs steps 0 .. horizon - 1, so that the curve ends with theta at step horizon. If
 * the task gives no number of chains, it is planned for the wanted precision within the
 * budget of samples, from a pilot with other random numbers. Without noise it is one
 * chain. If even the fewest chains and their pilot are beyond the budget, *needed is
 * the coordinate-steps that they take, and nothing is sampled; else it is 0. */
PNM_MUST_USE int convergence_measure(const struct convergence_task *task,
                                     const struct rule *rule, uint64_t horizon,
                                     struct descent_curve *curve, double *needed,
                                     struct error *error);

/* The same for a curve of which `count` steps are shown, ascending and > 0; the last is
 * the horizon. A linear rule on the loss quadratic gets control variates
 * (descent_control.h), if the task's sampling allows them; then chains are planned for
 * both moments at all these steps by what a pilot leaves of their variance, and pilot
 * and chains are within the budget. */
PNM_MUST_USE int convergence_measure_curve(const struct convergence_task *task,
                                           const struct rule *rule,
                                           const uint64_t *step, size_t count,
                                           struct descent_curve *curve, double *needed,
                                           struct error *error);

/* min over k = 0 .. T-1 of E|grad f(theta_k)|^2. One half of the chains chooses the
 * step, the other measures the value. count 0: no chains. */
struct convergence_minimum {
    double square, se;
    uint64_t count, step;
};

void convergence_minimum(const struct descent_curve *curve,
                         struct convergence_minimum *minimum);

/* Whether theorem 3.1 is about the rule. */
bool convergence_has_theorem(const struct rule *rule);

/* Theorem 3.1's bounds, indexed by enum convergence_form, for `rule`, whose chains run
 * as `own` (the same rule with its rate set). NAN if the theorem does not apply: for
 * another rule, for beta0 < 0, and for a rate that the user chose. STATUS_MEMORY. */
PNM_MUST_USE int convergence_bounds(const struct convergence_task *task,
                                    const struct rule *rule, const struct rule *own,
                                    uint64_t horizon, double bounds[2],
                                    struct error *error);

/* Exponent of the minima over the horizons and its standard error, by least squares of
 * the logarithms with the weights of their errors; without errors, from the residuals.
 * NAN if a minimum is missing or not positive: there is no exponent. STATUS_MEMORY. */
PNM_MUST_USE int convergence_slope(const double *horizon,
                                   const struct convergence_minimum *minimum,
                                   size_t count, double *slope, double *se,
                                   struct error *error);

/* What a doubling of the horizon multiplies the minimum by, 2^slope, and its standard
 * error from that of the slope. */
double convergence_doubling(double slope, double slope_se, double *se);

struct convergence_point {
    struct evidence evidence;
    struct verdicts verdicts;
};

/* Whether the curve of the rule has exact values: if the loss is a quadratic and the
 * rule linear with a constant rate, or the loss least squares and the rule linear. */
bool convergence_has_exact(const struct loss *loss, const struct rule *rule);

/* One point of the curve, or if that is NULL of the exact one; NAN if it has no exact
 * value. */
PNM_MUST_USE int convergence_point(const struct convergence_task *task,
                                   const struct rule *rule,
                                   const struct descent_curve *curve, uint64_t step,
                                   enum descent_quantity quantity,
                                   struct convergence_point *point,
                                   struct error *error);

#endif
