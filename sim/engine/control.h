/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control.h: control variates of the time average of (theta - mean)^2.
 *
 * A chain is driven by normal numbers xi whose law is known. Filters of the same
 * numbers,
 *     y_t = rho y_{t-1} + xi_t   from y_0 = 0,   rho real, or complex: y = u + i v,
 * have products whose expectations are elementary and involve nothing of the rule:
 *     E y_t y'_t = (1 - (rho rho')^t) / (1 - rho rho').
 * For any fixed coefficients b, the time average of (theta - mean)^2 minus
 *     sum over the products of b (time average - its expectation)
 * has the same expectation as the time average itself. At the coefficients of a
 * regression it has a far smaller variance, if the rho are the poles of the rule
 * (poles.h), or of the linear rule that it resembles (companion.h): then theta^2 is
 * almost a sum of such products. In the same way theta itself is almost a sum of the y,
 * whose expectations are 0.
 *
 * The coefficients come from a pilot whose numbers are thrown away. So the chains'
 * estimates are independent, and no estimate is fitted to itself. */
#ifndef PNM_CONTROL_H
#define PNM_CONTROL_H

#include "base/error.h"
#include "base/moments.h"
#include "engine/plan.h"
#include "rules/linear_system.h"
#include "rules/rule_loops.h"

#include <stdbool.h>
#include <stdint.h>

/* States are real numbers: a filter of a real pole, or u and v of a complex one. The
 * products of states r <= s have the numbers s (s + 1)/2 + r. */
enum { CONTROL_STATES = 3, CONTROL_PRODUCTS = 6 };
/* The most products of a state of one mode with a state of another. Of modes i < j,
 * state r of i times state s of j has the number r (states of j) + s. */
enum { CONTROL_PAIR_PRODUCTS = CONTROL_STATES * CONTROL_STATES };

/* The filters of one mode. If `pair` is 1, states 0 and 1 are u and v of the pole
 * re[0] + i im. It has no padding, so that its bytes may be hashed. */
struct filters {
    int32_t states; /* 0: no filters */
    int32_t pair;
    double re[CONTROL_STATES], im;
};

/* The filters of one mode with coefficients of their products and, for the mean of
 * theta, of the states themselves. */
struct control {
    struct filters filters;
    double coefficient[CONTROL_PRODUCTS];
    double of_mean[CONTROL_STATES];
};

/* The coefficients of two modes' products; of one mode's, if they are the same. */
struct control_pair {
    double coefficient[CONTROL_PAIR_PRODUCTS];
};

/* Sets filters at the poles of a stable rule's mode, those nearest to the unit circle.
 * A rule with several gradient samples has one filter for each sample, or none.
 * STATUS_SOFTWARE as poles_of. */
PNM_MUST_USE int filters_of(const struct linear_system *system, struct filters *filters,
                            struct error *error);

/* Sets filters for a rule that is not linear from its companion (companion.h): at one
 * or two of its poles, and at 0. The noise itself, which is the state of the filter at
 * 0, tells how the rate changed with it. None if the companion has dimension 0 or is
 * not stable. STATUS_SOFTWARE as poles_of. */
PNM_MUST_USE int filters_of_companion(const struct linear_system *system,
                                      struct filters *filters, struct error *error);

/* The number of products of its states. */
int filters_products(const struct filters *filters);

/* Sets mean[product] to the expectations of the products' time averages over steps
 * burn_in + 1 .. steps. `samples` is that of the rule: with more than one, states are
 * independent. */
void filters_mean(const struct filters *filters, int samples, uint64_t burn_in,
                  uint64_t steps, double *mean);

/* Sets mean[product] to the expectations of the products of two states' sums over these
 * steps, divided by their number. */
void filters_sums_mean(const struct filters *filters, int samples, uint64_t burn_in,
                       uint64_t steps, double *mean);

/* The variance after `steps` >= 1 steps of the sum of coefficient[s] times state s. */
double filters_variance(const struct filters *filters, int samples, uint64_t steps,
                        const double *coefficient);

/* The same as filters_mean for the products of two different modes, whose filters read
 * noise of the covariance `noise`. */
void filters_pair_mean(const struct filters *i, const struct filters *j, int samples,
                       double noise, uint64_t burn_in, uint64_t steps, double *mean);

/* What the chains of a pilot say of one mode, or of two: moments of the time averages,
 * those of the products first, that of (theta - mean)^2 last, or of the product of both
 * modes' theta - mean. */
enum { CONTROL_FITTED = CONTROL_PAIR_PRODUCTS };
struct control_fit {
    uint64_t count;
    double mean[CONTROL_FITTED + 1];
    double product[CONTROL_FITTED + 1][CONTROL_FITTED + 1]; /* of deviations */
};

/* Adds a chain: the time averages of `products` products and that of
 * (theta - mean)^2. */
void control_fit_add(struct control_fit *fit, int products, const double *average,
                     double square);

/* Sets the coefficients of `products` products by least squares, and *residual to the
 * variance over chains of what the products leave of the time average. A product that
 * is a sum of others, to rounding, gets the coefficient 0. */
void control_fit_products(const struct control_fit *fit, int products,
                          double *coefficient, double *residual);

/* The same for the products of one mode. */
void control_fit_solve(const struct control_fit *fit, struct control *control,
                       double *residual);

/* Sets the coefficients of the states by least squares, and *residual as above.
 * Numbers 0, 1, .. of the comoments are the states' time averages, the next is that of
 * theta. */
void control_fit_mean(const struct comoments *fit, struct control *control,
                      double *residual);

/* The filters of 64 lanes while they run, laid out as a tile is. A lane with fewer
 * states than the others has poles 0 there. */
struct control_lanes {
    _Alignas(64) double state[CONTROL_STATES][RULE_LANES];
    double re[CONTROL_STATES][RULE_LANES], im[RULE_LANES];
    double single[RULE_LANES]; /* 0: state 1 is v of a pair and gets no noise; else 1 */
    int states;
    bool pair; /* in any lane */
};

#endif
