/* SPDX-License-Identifier: GPL-3.0-or-later */
/* margin.h: full-batch training of the network of patches.h by any rule.
 *
 * A replica is a work unit. Its data and its start depend on seed, replica and setting
 * alone, so that rules are compared in pairs: the same replica, another rule. Nothing
 * else is random. */
#ifndef PNM_MARGIN_H
#define PNM_MARGIN_H

#include "base/random.h"
#include "engine/replicas.h"
#include "losses/patches.h"
#include "rules/rule.h"

struct margin {
    const struct rule *rule;
    const struct patches_setting *setting;
    uint64_t steps;
    uint64_t every;      /* steps between records; 0: the end alone is recorded */
    double forget_at;    /* once the mean loss of the training examples with the large
                            margin is below it, the rule's slots are set to 0 once; NAN:
                            never */
    double stop_at_loss; /* training ends once the mean training loss is below it; NAN:
                            it does not */
    struct random_generator generator;
    uint64_t seed;
    int threads;
    const char *label; /* shown beside the progress bar; NULL: no bar */
    struct session *session;
};

/* What a record of a replica holds. Once a weight or a margin is beyond the range of
 * numbers, the replica has diverged: its errors are those of chance, 1/2, and its other
 * numbers NAN. An output of exactly 0, as weights leave whose cubes are too small for a
 * double, is half an error. */
enum margin_quantity {
    MARGIN_ERROR_LARGE, /* on fresh examples with the large margin */
    MARGIN_ERROR_SMALL,
    MARGIN_ERROR_TRAIN,
    MARGIN_ERROR,       /* on fresh examples with the shares of the training examples */
    MARGIN_PROJECTION,  /* max_r <w_r, w*> */
    MARGIN_CUBES,       /* sum_r <w_r, w*>^3 */
    MARGIN_NOISE_SMALL, /* mean noise part of the training margin */
    MARGIN_NOISE_LARGE,
    MARGIN_MEMORIZED, /* the noise's share in the mean margin of the training examples
                         with the small one */
    MARGIN_LOSS,
    MARGIN_LOSS_LARGE,
    MARGIN_LOSS_SMALL,
    MARGIN_DISPLACEMENT, /* |W - W_0| over all weights */
    MARGIN_COAST,     /* largest way up to here that the weights would still go with no
                         gradient; NAN for a rule without a memory (margin_memory) */
    MARGIN_RISE,      /* largest rise of the energy in a step; NAN likewise */
    MARGIN_TAKEN,     /* steps taken */
    MARGIN_FORGOTTEN, /* step before which the slots were set to 0; NAN: they were not
                       */
    MARGIN_DIVERGED,  /* 1 if the replica has diverged, else 0 */
    MARGIN_QUANTITIES
};

/* Record k is of step k every, the last one of the last step. */
uint64_t margin_records(const struct margin *margin);
uint64_t margin_record_step(const struct margin *margin, uint64_t record);

/* Trains `count` replicas, whose quantities are those above. STATUS_USAGE for a setting
 * out of range, STATUS_MEMORY, and what sessions and streams return. replicas_free is
 * legal after a failure. */
PNM_MUST_USE int margin_run(const struct margin *margin, uint64_t count,
                            struct replicas *result, struct error *error);

/* Whether the rule moves theta by -rate (1 - decay) decay^k for each gradient of 1
 * taken k steps ago, as m' = decay m + (1 - decay) g, theta' = theta - rate m' does;
 * plain gradient descent has decay 0. Found by asking the implemented step. Rules with
 * weight decay or a schedule are of another kind.
 *
 * Its energy is L + decay/(2 rate (1 - decay)) |theta_t - theta_{t-1}|^2, which falls
 * if rate is at most 2/(Lipschitz constant of the gradient). It begins at L(theta_0),
 * about ln 2, so that without a gradient the weights go at most sqrt(2 rate tau ln 2)
 * further, tau = 1/(1 - decay). */
bool margin_memory(const struct rule *rule, double *rate, double *decay);

/* sqrt(2 rate tau ln 2); NAN if the rule has no such memory. */
double margin_coast_bound(const struct rule *rule);

#endif
