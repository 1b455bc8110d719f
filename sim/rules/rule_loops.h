/* rule_loops.h: the loops of an update rule, compiled once for each instruction set. */
#ifndef PNM_RULE_LOOPS_H
#define PNM_RULE_LOOPS_H

#include "rules/rule.h"

#include <stddef.h>
#include <stdint.h>

enum { RULE_LANES = 64 }; /* lanes (coordinate, chain) advanced together */

/* 64 lanes of an uncoupled quadratic: lane l has gradient h (theta - centre) + noise_sd
 * xi with its own independent xi ~ N(0,1). */
struct tile {
    _Alignas(64) double theta[RULE_LANES];
    double slot[RULE_MAX_SLOTS][RULE_LANES];
    double h[RULE_LANES];
    double centre[RULE_LANES];
    double mean[RULE_LANES]; /* that observers take off theta */
    double slope[RULE_LANES];
    double noise_sd[RULE_LANES];
};

struct rule_loops {
    const char *name; /* of the rule */
    /* What the kind's step does, with the same bits. */
    void (*step)(const struct rule *rule, uint64_t t, size_t count,
                 const double *gradient, double *theta, double *slot);
    /* Steps t .. t+steps-1 of a tile. normal[(k * samples + s) * 64 + lane] are the xi;
     * trajectory[k * 64 + lane] receives theta after each step. */
    void (*advance)(const struct rule *rule, uint64_t t, size_t steps,
                    const double *normal, struct tile *tile, double *trajectory);
    /* The same for gradients h theta + xi: unit noise and the minimum at 0, to which a
     * linear rule's theta can be scaled and moved once for all steps. */
    void (*advance_unit)(const struct rule *rule, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *trajectory);
    /* And without a trajectory: sum[lane] += sum_k theta, square[lane] += sum_k
     * theta^2. */
    void (*moments_unit)(const struct rule *rule, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *sum,
                         double *square);
};

#endif
