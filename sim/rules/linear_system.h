/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linear_system.h: a linear update rule as a small state-space system.
 *
 * On one mode of curvature h with theta* = 0 a linear rule acts as
 *     s_{t+1} = A s_t + sum_k b_k xi_{k,t},     s = (theta, slots),
 * over its independent gradient samples k. (A, b) come from probing the implemented
 * step on unit vectors, from a rule's file of matrices, or from analysis/theory/NAME.c,
 * which writes them out from the paper. Moments of a pair of modes
 * (i, j) follow from sums of A_i^k X A_j'^k.
 *
 * A small learning rate changes the state little: A is close to the identity, and what
 * matters is how far from it. 1 - x of a rounded x has lost that, so a system carries
 * E = A - I, written down without that difference, and everything here works with E. */
#ifndef PNM_LINEAR_SYSTEM_H
#define PNM_LINEAR_SYSTEM_H

#include "base/error.h"
#include "base/quad.h"
#include "rules/rule.h"

#include <stdint.h>

/* theta, the slots and, where it is watched, an average of theta. */
enum { LINEAR_STATE = 2 + RULE_MAX_SLOTS, LINEAR_SIZE = LINEAR_STATE * LINEAR_STATE };

/* E = A - I, dim x dim row-major at the start of e; b[k] has dim entries. What doubles
 * have rounded is known to `roundoff` times `slack` in e and times |b| in b; a roundoff
 * of 0 says that quads alone were rounded. */
struct linear_system {
    int dim;
    int samples;
    double roundoff;
    double slack[LINEAR_SIZE];
    quad e[LINEAR_SIZE];
    quad b[RULE_MAX_SAMPLES][LINEAR_STATE];
};

/* (E, b) of a linear rule at curvature h, found by stepping it or, for a rule from a
 * file, taken from its matrices. The step is asked for what a gradient adds to
 * theta = 0, so that no small change is lost in a large theta. */
void linear_system_probe(const struct rule *rule, double h,
                         struct linear_system *system);

/* Element (row, column) of A. */
double linear_system_element(const struct linear_system *system, int row, int column);

/* 1 minus the spectral radius of A, right in its own digits however small it is: the
 * rule is stable where this is > 0. STATUS_SOFTWARE as characteristic_margin. */
PNM_MUST_USE int linear_system_margin(const struct linear_system *system,
                                      double *margin, struct error *error);

/* Whether A_i and A_j are the same. */
bool linear_system_same(const struct linear_system *i, const struct linear_system *j);

/* X <- A_i X A_j' for dim_i x dim_j X. */
void linear_system_apply(const struct linear_system *i, const struct linear_system *j,
                         double *x);

/* What the noise adds to the pair's covariance in a step: q = covariance sum_k b_ik
 * b_jk' (dim_i x dim_j), where `covariance` is that of the two modes' noise. */
void linear_system_noise(const struct linear_system *i, const struct linear_system *j,
                         double covariance, double *q);

/* Sums over the first `count` powers: f = sum_{k<count} A_i^k X A_j'^k and, where
 * weighted is not NULL, weighted = sum_{k<count} k A_i^k X A_j'^k; x, f, weighted are
 * dim_i x dim_j. About log2(count) small products of doubles, for planning. */
void linear_system_sums(const struct linear_system *i, const struct linear_system *j,
                        const double *x, uint64_t count, double *f, double *weighted);

/* X <- A_i^t X A_j'^t. */
void linear_system_power(const struct linear_system *i, const struct linear_system *j,
                         uint64_t t, double *x);

/* Stationary covariance S = A_i S A_j' + q by repeated doubling of doubles, for
 * spectral radii < 1: for planning. STATUS_SOFTWARE if it does not settle within 2^62
 * steps. */
PNM_MUST_USE int linear_system_stationary(const struct linear_system *i,
                                          const struct linear_system *j,
                                          const double *q, double *s,
                                          struct error *error);

/* Fixed point of s -> A s + d: mean = -E^-1 d, dim entries. STATUS_SOFTWARE if there is
 * none. */
PNM_MUST_USE int linear_system_mean(const struct linear_system *system, const quad *d,
                                    double *mean, struct error *error);

/* d[LINEAR_STATE] becomes what one noiseless step from theta = theta* and empty slots
 * adds to (theta - theta*, slots). It is 0 without weight decay. */
void linear_system_probe_drift(const struct rule *rule, double theta_star, quad *d);

/* The law of the pair after t more steps, in quads: mean (dim_i) becomes A_i^t mean,
 * and covariance (dim_i x dim_j) A_i^t covariance A_j'^t + sum_{k<t} A_i^k q A_j'^k,
 * where q is what the noise of covariance `noise` adds in a step. */
void linear_system_advance(const struct linear_system *i, const struct linear_system *j,
                           double noise, uint64_t t, quad *mean, quad *covariance);

/* Mean of theta_t - theta* of mode i, which starts at offset_i with empty slots, and
 * covariance of theta_t of the pair, at step t, in quads. `noise` is the pair's noise
 * covariance. */
void linear_system_at(const struct linear_system *i, const struct linear_system *j,
                      double noise, double offset_i, uint64_t t, double *mean,
                      double *covariance);

#endif
