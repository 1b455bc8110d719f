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
 * gain of this loop is below 1. */
#ifndef PNM_MEAN_SQUARE_H
#define PNM_MEAN_SQUARE_H

#include "base/error.h"
#include "rules/stable_set.h"

#include <stddef.h>
#include <stdint.h>

struct mean_square {
    size_t n;
    const double *h; /* n curvatures */
    double batch;    /* B */
    double residual; /* sigma^2 */
};

/* The gain of the loop: the spectral radius of the map from C to the part of C that M
 * makes. unit[n] are the v_i. */
double mean_square_gain(const struct mean_square *own, const double *unit);

/* Sets noise[n] to the stationary C_ii and returns tr(H M); the gain must be below 1.
 * offset[n] is mu; NULL: 0. */
double mean_square_noise(const struct mean_square *own, const double *unit,
                         const double *offset, double *noise);

/* The stationary C_ij of two different modes, whose covariance of theta under noise of
 * covariance 1 is `unit`. */
double mean_square_pair(const struct mean_square *own, size_t i, size_t j, double unit,
                        const double *offset);

/* Sets *unit to v at curvature h of a rule that is stable there. */
typedef int unit_function(const struct rule *rule, double h, double *unit,
                          struct error *error);

/* Sets unit[n]. */
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
 * O(n). */
struct mean_square_run {
    struct mean_square own;
    const struct rule *rule;
    system_function *system;
    uint64_t t;
    int dim;
    double *second; /* E s_r s_c, s = (theta - theta*, slots): a row of n for each r <=
                       c, in the order (0,0), (0,1), ... (1,1), ...; row 0 is M_ii */
    double *mean;   /* E s_r: a row of n for each r; NULL: it does not matter */
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
