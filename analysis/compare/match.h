/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match.h: which baseline a rule is compared with, at the same learning rate or at the
 * one with which both move at the same rate.
 *
 * Two rules that are given the same learning rate need not move at the same rate
 * (training_applied): pnm with beta0 = 70 moves by a hundredth of its learning rate.
 * Where one of them is better, that may be all there is to it. A twin is the baseline
 * with the learning rate at which this difference is gone. */
#ifndef PNM_MATCH_H
#define PNM_MATCH_H

#include "engine/training.h"

enum match {
    MATCH_NONE, /* the baseline with the rule's learning rate, both as given */
    MATCH_RATE, /* ... with the learning rate that gives it the rule's applied rate */
    MATCH_BOTH, /* ... and with the weight decay that gives it the rule's applied decay,
                   of its own form, coupled or decoupled */
    MATCH_ITSELF, /* the rule itself, which is to take its batches in another order */
};

/* A rule and what it is compared with. */
struct match_pair {
    struct rule own, twin;
};

/* The pairs of rules[count]. The baselines are the rules of the first one's kind or, if
 * there is no other kind, those that differ from the first one in the learning rate
 * alone. Each of the other rules makes a pair with each baseline that has the same
 * value of every parameter in which the baselines differ and which the rule has, so
 * always the same learning rate; then the baseline is matched. With MATCH_ITSELF each
 * rule makes one pair.
 *
 * The caller frees *pairs. STATUS_USAGE if there is nothing to compare or a rule cannot
 * be matched; STATUS_MEMORY. */
PNM_MUST_USE int match_pairs(const struct rule *rules, size_t count, enum match match,
                             struct match_pair **pairs, size_t *pair_count,
                             struct error *error);

/* Sets *twin to the baseline with the learning rate, and with MATCH_BOTH the weight
 * decay, at which its applied ones are the rule's, to MATCH_TOLERANCE. STATUS_USAGE,
 * with the quantity "match", if one of the two is linear and the other is not, since an
 * adaptive rule moves by its rate whatever the size of the gradient; if one of them
 * settles into no rate; if the learning rate is not in its range. */
PNM_MUST_USE int match_twin(const struct rule *rule, const struct rule *baseline,
                            enum match match, struct rule *twin, struct error *error);

#define MATCH_TOLERANCE 1e-6

#endif
