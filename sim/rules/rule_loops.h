/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_loops.h: the loops of an update rule, compiled once for each instruction set. */
#ifndef PNM_RULE_LOOPS_H
#define PNM_RULE_LOOPS_H

#include "rules/rule.h"

#include <stddef.h>
#include <stdint.h>

enum { RULE_LANES = 64 }; /* lanes (coordinate, chain) advanced together */

/* 64 lanes of an uncoupled loss. Each has the gradient h (theta - centre) + slope +
 * noise_sd xi with its own independent xi ~ N(0,1). */
struct tile {
    _Alignas(64) double theta[RULE_LANES];
    double slot[RULE_MAX_SLOTS][RULE_LANES];
    double h[RULE_LANES];
    double centre[RULE_LANES];
    double mean[RULE_LANES]; /* what observers subtract from theta */
    double slope[RULE_LANES];
    double noise_sd[RULE_LANES];
};

struct rule_loops {
    const char *name; /* of the rule */
    /* Does the same as the kind's step, with the same bits. */
    void (*step)(const struct rule *rule, uint64_t t, size_t count,
                 const double *gradient, double *theta, double *slot);
    /* Runs steps t .. t+steps-1 of a tile. normal[(k * samples + s) * 64 + lane] are
     * the xi; trajectory[k * 64 + lane] receives theta after each step. */
    void (*advance)(const struct rule *rule, uint64_t t, size_t steps,
                    const double *normal, struct tile *tile, double *trajectory);
    /* advance for gradients h theta + xi, that is unit noise and the minimum at 0. A
     * linear rule's theta can be scaled and shifted to that once for all steps. */
    void (*advance_unit)(const struct rule *rule, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *trajectory);
    /* advance_unit without a trajectory: it adds theta of all steps to sum[lane] and
     * theta^2 to square[lane]. */
    void (*moments_unit)(const struct rule *rule, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *sum,
                         double *square);
};

#endif
