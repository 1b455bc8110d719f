/* SPDX-License-Identifier: GPL-3.0-or-later */
/* descent.h: many independent chains of a rule on a smooth loss.
 *
 * Every chain starts at the same point and takes gradient samples g = grad f(theta) +
 * xi, xi ~ N(0, (sigma^2/n) I), so that E||xi||^2 = sigma^2, or those of minibatches if
 * the loss has examples. The work is cut into units
 * of 64 chains. A unit's random stream depends on seed, rule, loss, their parameters, n
 * and the unit's number alone, and results are merged in unit order, so the bits do not
 * depend on the number of threads or ranks. */
#ifndef PNM_DESCENT_H
#define PNM_DESCENT_H

#include "base/moments.h"
#include "base/random.h"
#include "engine/control.h"
#include "engine/session.h"
#include "losses/loss.h"
#include "rules/rule.h"

#include <stdbool.h>

struct descent {
    const struct rule *rule;
    const struct loss *loss;
    double start; /* theta_0, in every coordinate */
    double sigma; /* sqrt(E||xi||^2); if 0, all chains are the same */
    struct random_generator generator;
    uint64_t seed;
    bool pilot; /* thrown away, so its numbers are RANDOM_PILOT's */
    int threads;
    /* Use the same random numbers for all rules, losses and parameters, so that few
     * chains are enough to compare settings. */
    bool common;
    /* Control variates of moments at fixed steps (descent_control.h); NULL: none. */
    const struct descent_control *control;
    const char *label; /* shown beside the progress bar; NULL: no bar */
    struct session
        *session; /* may end sampling early and keep checkpoints; NULL: none */
};

/* What moments over chains are of. */
enum descent_quantity {
    DESCENT_SQUARE, /* ||grad f(theta)||^2 */
    DESCENT_EXCESS, /* f(theta) - f* */
    DESCENT_QUANTITIES
};

/* 64 chains before step t: theta[i * 64 + lane], `exact` with grad f(theta) laid out
 * alike, slot[(s * n + i) * 64 + lane], `sample` with the gradient samples laid out as
 * the slots are, and value[lane] with f(theta). */
struct descent_block {
    const struct kernels *kernels; /* for this processor */
    double *theta, *exact, *slot, *sample;
    double value[LOSS_LANES];
    /* With control variates: the filters of each coordinate after t steps, at the
     * control's recorded steps alone, and which of these t is, or DESCENT_BETWEEN. */
    struct control_lanes *lanes;
    size_t point;
};
#define DESCENT_BETWEEN SIZE_MAX

/* Called for t = 0 .. steps; at t = steps the block has no samples. */
typedef void (*descent_observer)(void *context, uint64_t t,
                                 const struct descent_block *block);

/* Runs one unit and calls `look` at every step. A signal ends it early. STATUS_MEMORY,
 * STATUS_USAGE, and what generators return. */
PNM_MUST_USE int descent_unit(const struct descent *descent, uint64_t unit,
                              uint64_t steps, descent_observer look, void *context,
                              struct error *error);

/* A hash of everything that the chains depend on, for units.h. */
uint64_t descent_identity(const struct descent *descent, uint64_t chains,
                          uint64_t steps);

/* Moments over chains at theta_0 .. theta_steps, steps + 1 entries each. Even chains
 * are the first half, odd ones the second: so a step can be chosen on one half and
 * measured on the other, even if the session ended the sampling run early. The moments'
 * counts say how many chains were sampled, perhaps 0. */
struct descent_curve {
    uint64_t steps;
    struct moments *square[2]; /* ||grad f(theta_k)||^2, by half */
    struct moments *excess;    /* f(theta_k) - f*, all chains */
    double *cubes; /* of minibatches: sums of cubed deviations of f from its mean */
    /* With control variates, of all chains at the control's recorded steps. */
    size_t points;
    uint64_t *step;
    struct moments *controlled[DESCENT_QUANTITIES];
};

/* STATUS_MEMORY, and what sessions and generators return. descent_curve_free is legal
 * after a failure. */
PNM_MUST_USE int descent_run(const struct descent *descent, uint64_t chains,
                             uint64_t steps, struct descent_curve *curve,
                             struct error *error);
void descent_curve_free(struct descent_curve *curve);

/* The moments with control variates at that step; NULL if there are none. */
const struct moments *descent_curve_controlled(const struct descent_curve *curve,
                                               uint64_t step,
                                               enum descent_quantity quantity);

/* One chain step by step, with the same bits as in descent_run. */
struct descent_record {
    uint64_t steps;
    size_t n, slots, samples;
    double *theta;  /* theta_t: [t * n + i], t = 0 .. steps */
    double *exact;  /* grad f(theta_t), laid out as theta is */
    double *slot;   /* before step t: [(t * slots + s) * n + i], t = 0 .. steps */
    double *sample; /* g_t: [(t * samples + s) * n + i], t = 0 .. steps - 1 */
    double *excess; /* f(theta_t) - f*: [t], t = 0 .. steps */
};

/* STATUS_MEMORY, or what generators return. descent_record_free is legal after a
 * failure. */
PNM_MUST_USE int descent_record(const struct descent *descent, uint64_t chain,
                                uint64_t steps, struct descent_record *record,
                                struct error *error);
void descent_record_free(struct descent_record *record);

#endif
