/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_margin.h: rows of the claims of Jelassi and Li (ICML 2022) on what training
 * with momentum learns. The setting is reconstructed from the abstract of their paper
 * (patches.h). */
#ifndef PNM_CLAIM_MARGIN_H
#define PNM_CLAIM_MARGIN_H

#include "engine/margin.h"
#include "verdict/ledger.h"

/* The margin of errors: differences below it count as none. */
#define CLAIM_MARGIN 0.02

/* Gradient descent (GD), and the same with momentum (GD+M), as the abstract has them.
 */
#define CLAIM_MARGIN_GD "sgd lr=0.3"
#define CLAIM_MARGIN_GDM "heavy_ball lr=0.3 beta1=0.99"

/* A training; what is 0 takes the default of pnm-margin. */
struct claim_training {
    const char *rule; /* as rule_from reads it; NULL: none */
    uint64_t replicas;
    uint64_t steps;
    double forget_at, stop_at_loss;
    double margin_small, small_share, noise_norm;
    uint64_t dimension;
};

/* A row: the mean of a quantity over the replicas of a training or, if there is another
 * one, the mean of its difference own - other in pairs. */
struct claim_margin_row {
    const char *what; /* "error of GD+M - error of GD": begins the setting */
    enum margin_quantity quantity;
    struct claim_training own, other;
    enum ledger_side side;
    double limit;
    bool claimed;   /* by the abstract */
    bool unlimited; /* the number is shown, and nothing is said of it */
    bool coast;     /* measured over the bound of own's rule (margin_coast_bound) */
    bool largest;   /* the largest over the replicas, not the mean */
};

/* Adds the rows. Trainings that an earlier row needed are taken from there: the ledger
 * keeps them. A training that exceeds the budget of a row is not sampled. */
PNM_MUST_USE int claim_margin_rows(struct ledger *ledger, const struct claim *claim,
                                   const struct claim_margin_row *rows, size_t count,
                                   struct error *error);

#endif
