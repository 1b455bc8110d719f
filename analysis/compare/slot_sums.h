/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slot_sums.h: two sums over the recorded steps of a chain, of theta and a rule's
 * slots, and their comoments over chains of the implemented step. */
#ifndef PNM_SLOT_SUMS_H
#define PNM_SLOT_SUMS_H

#include "engine/descent.h"
#include "engine/sampling.h"

enum {
    SLOT_SUMS_N =
        8, /* coordinates of a chain, whose curvature and noise variance are 1 */
    SLOT_SUMS_LANES = LOSS_LANES,
};

/* Adds what a recorded step of 64 chains contributes to first[lane] and second[lane].
 */
typedef void slot_sums_function(const struct rule *rule,
                                const struct descent_block *block, double *first,
                                double *second);

struct slot_sums {
    const char *name; /* which tells checkpoints apart */
    const struct rule *rule;
    struct chains chains; /* their number is a multiple of 64 */
    slot_sums_function *add;
    double divisor; /* of both sums */
};

/* Sets the comoments of the two sums over chains. STATUS_MEMORY, and what sessions and
 * generators return. */
PNM_MUST_USE int slot_sums_measure(const struct slot_sums *own,
                                   const struct sampling *sampling, const char *label,
                                   struct comoments *comoments, struct error *error);

#endif
