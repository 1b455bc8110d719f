/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mean_square.h: second moments of a linear rule whose gradients come from minibatches.
 *
 * In least squares with features x ~ N(0, H) and residuals e ~ N(0, sigma^2) a gradient
 * is the mean of x (x'(theta - theta*) - e) over B examples, so its noise depends on
 * theta. With M = E (theta - theta*)(theta - theta*)' its covariance is, by the fourth
 * moments of normal numbers,
 *
 *     C = (sigma^2 H + H M H + tr(H M) H) / B.
 *
 * In the eigenbasis of H the second moments of different modes act on one another
 * through tr(H M), twice the risk, alone. Let v_i be the stationary variance of theta_i
 * under noise of variance 1. Then a stationary law has M_ii = v_i C_ii + mu_i^2, where
 * mu is the mean of theta - theta* (0 without weight decay), which are linear equations
 * of rank one beside a diagonal. Noise that raises M raises C: the law exists, and
 * second moments stay bounded, if and only if the rule is stable without noise and the
 * gain of this loop is below 1.
 *
 * The examples may also be those of a finite data set, whose own moments stand in place
 * of the normal ones (example_moments.h). */
#ifndef PNM_MEAN_SQUARE_H
#define PNM_MEAN_SQUARE_H

#include "base/error.h"
#include "rules/example_moments.h"
#include "rules/stable_set.h"

#include <stddef.h>
#include <stdint.h>

struct mean_square {
    size_t n;
    const double *h;                        /* n curvatures */
    double batch;                           /* B */
    double residual;                        /* sigma^2 */
    const struct example_moments *examples; /* of a finite data set, which has no
                                               `residual`; NULL: they are normal */
};

/* How many units v there are: one a mode or, of a data set, one a pair of modes, in the
 * order of example_moments.h, in which the modes' own come first. */
size_t mean_square_size(const struct mean_square *own);

/* The gain of the loop: the spectral radius of the map from C to the part of C that M
 * makes; INFINITY beyond the range of numbers. unit[size] are the v. STATUS_MEMORY,
 * STATUS_INTERRUPTED. */
PNM_MUST_USE int mean_square_gain(const struct mean_square *own, const double *unit,
                                  double *gain, struct error *error);

/* Sets noise[size] to the stationary C, of which the C_ii come first, and *total to
 * tr(H M); the gain must be below 1. offset[n] is mu; NULL: 0. As mean_square_gain. */
PNM_MUST_USE int mean_square_noise(const struct mean_square *own, const double *unit,
                                   const double *offset, double *noise, double *total,
                                   struct error *error);

/* The stationary C_ij of two different modes of normal examples, whose covariance of
 * theta under noise of covariance 1 is `unit`. */
double mean_square_pair(const struct mean_square *own, size_t i, size_t j, double unit,
                        const double *offset);

/* Sets *unit to v at curvatures h_i and h_j of a rule that is stable there. */
typedef int unit_function(const struct rule *rule, double h_i, double h_j, double *unit,
                          struct error *error);

/* Sets unit[size]. */
PNM_MUST_USE int mean_square_units(const struct mean_square *own,
                                   const struct rule *rule, unit_function *function,
                                   double *unit, struct error *error);

/* The learning rate below which second moments stay bounded, within `stable`, the rates
 * at which the rule is stable without noise: the first rate above the rule's own at
 * which the gain reaches 1 or, if it is above 1 there, the nearest such rate below. 0
 * if no rate is found, in steps of 2^(1/4) down to 2^-60 of where the search begins;
 * INFINITY if there is no limit up to 2^60 times the rule's rate. */
PNM_MUST_USE int mean_square_limit(const struct mean_square *own,
                                   const struct rule *rule, unit_function *function,
                                   struct interval stable, double *limit,
                                   struct error *error);

/* --- step by step ----------------------------------------------------------------- */

/* What a step of the rule does, at every curvature h: A = still + h enter e', where e
 * is the unit vector of theta, because gradients are read at theta. */
struct mean_square_step {
    int dim;
    double still[LINEAR_STATE][LINEAR_STATE];
    double enter[LINEAR_STATE];
    double push[LINEAR_STATE][LINEAR_STATE]; /* sum_k b_k b_k' */
    double drift[LINEAR_STATE]; /* what a step adds at theta = theta*, by theta* */
};

/* The exact second moments at step t, schedule and weight decay included: a step takes
 * O(n) or, of a data set, O(n^4). */
struct mean_square_run {
    struct mean_square own;
    const struct rule *rule;
    system_function *system;
    uint64_t t;
    int dim;
    double *second; /* E s_r s_c, s = (theta - theta*, slots): a row of n for each r <=
                       c, in the order (0,0), (0,1), ... (1,1), ...; row 0 is M_ii.
                       Of a data set: a row of all pairs (i, j) for every r and c */
    double *mean;   /* E s_r: a row of n for each r; NULL: it does not matter */
    double *noise;  /* of a data set: C, all pairs */
    const double *theta_star;     /* n; NULL: 0 */
    double risk;                  /* tr(H M) at step t */
    struct mean_square_step step; /* the last one; the next one without a schedule */
};

/* Starts at theta = theta* + offset[n] with empty slots. Keeps the pointers but that of
 * offset. STATUS_MEMORY. mean_square_run_free is legal after a failure. */
PNM_MUST_USE int mean_square_run_init(struct mean_square_run *run,
                                      const struct mean_square *own,
                                      const struct rule *rule, system_function *system,
                                      const double *offset, const double *theta_star,
                                      struct error *error);
void mean_square_run_free(struct mean_square_run *run);

/* Takes one step. */
void mean_square_run_step(struct mean_square_run *run);

#endif
