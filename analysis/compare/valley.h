/* SPDX-License-Identifier: GPL-3.0-or-later */
/* valley.h: the slow coordinate of a rule in a valley that widens.
 *
 * The loss is f(u, v) = h(v) |u|^2 / 2 with h(v) = (v/l)^2, d fast coordinates u and
 * one slow coordinate v: the widening valley of Orvieto et al. (ICML 2022), l
 * being its length. Its minima, f = 0, are u = 0 with any v, and v = 0 with any u. At u
 * = 0 the Hessian is diag(h(v), ..., h(v), 0) with the trace d h(v): the valley is
 * sharp where |v| is large and flat where it is small. The gradient is (h(v) u, v |u|^2
 * / l^2). The Hessian is h(v) across u; its block along u and v has the diagonal
 * v^2/l^2, |u|^2/l^2 and beside it 2 v |u|/l^2, so that where |v| <= V and |u| <= U its
 * norm is at most L = (V^2 + U^2 + sqrt(V^4 + 14 V^2 U^2 + U^4))/(2 l^2), attained at
 * that corner. There is no L for the whole space, which theorem 3.1 needs, so that
 * sim/losses does not have this loss.
 *
 * A chain starts at u = 0, v = l with empty slots; gradient noise is N(0, c) in every
 * coordinate. The noise keeps u away from 0, so that the gradient of v has the mean
 * v/l^2 E|u|^2, which pulls v to where the valley is flat. */
#ifndef PNM_VALLEY_H
#define PNM_VALLEY_H

#include "base/moments.h"
#include "engine/sampling.h"
#include "theory/theory.h"

struct valley {
    const struct rule *rule; /* linear, with a constant learning rate */
    size_t fast;             /* d, a multiple of RANDOM_BLOCK */
    double length;           /* l */
    double noise;            /* c */
    uint64_t steps, every;   /* recorded is every step that `every` divides */
};

/* The number of recorded steps, 0 among them. */
size_t valley_points(const struct valley *valley);

/* The mean field: v[k] becomes v/l after k `every` steps. It moves by the rule's own
 * matrices at curvature 0, with the gradient v/l^2 d S, while S, the variance of a fast
 * coordinate, moves by those at curvature h(v) with the noise. That is exact as d grows
 * with d/l^2 fixed; at a finite d it is off by about 1/d of what v has moved. */
void valley_mean_field(const struct valley *valley, double *v);

/* Averaging: v moves by -rate v/l^2 d S(h(v)) a step, where variance(context, h) = S is
 * what the fast coordinates have at a curvature that does not change. */
void valley_average(const struct valley *valley, double rate,
                    double (*variance)(const void *context, double h),
                    const void *context, double *v);

/* Simulates chains by the rule's implemented step: v[k] gets the moments over chains of
 * v/l after k `every` steps. Each chain carries a control variate, a coordinate of
 * curvature 0 that starts at 0 and has the noise of v: its mean is 0, and it is
 * subtracted from v. A unit is a chain. STATUS_MEMORY, and what sessions and generators
 * return. */
PNM_MUST_USE int valley_measure(const struct sampling *sampling,
                                const struct valley *valley, uint64_t chains,
                                const char *label, struct moments *v,
                                struct error *error);

#endif
