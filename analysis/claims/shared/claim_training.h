/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_training.h: rows of the analogues: small experiments beside figures and tables
 * of the paper whose own ones need CIFAR and deep networks. They compare two rules, and
 * say nothing of what the paper measured.
 *
 * The settings are those of appendix B.1 and B.4, scaled down: 200 epochs, the learning
 * rate divided by 10 after 80 and 160, momentum 0.9; a network of 64 hidden relu units,
 * batches of 32, 1000 of the digits to train on and 797 to test, or the teacher task
 * where the digits are missing. */
#ifndef PNM_CLAIM_TRAINING_H
#define PNM_CLAIM_TRAINING_H

#include "compare/generalize.h"
#include "verdict/ledger.h"

/* Differences of test errors up to so many points count as none. */
#define CLAIM_TRAINING_MARGIN 0.5

enum {
    CLAIM_TRAINING_EPOCHS = 200,
    /* The most replicas of a pair, unless a budget is given: of two rules, of a rule in
     * two orders, whose errors spread more, and of few epochs on random labels. */
    CLAIM_TRAINING_MOST = 150,
    CLAIM_TRAINING_MOST_ORDER = 400,
    CLAIM_TRAINING_MOST_CHANCE = 5000,
};

/* What a row measures. */
enum claim_training_shown {
    CLAIM_TRAINING_ERROR,     /* own test error - the twin's */
    CLAIM_TRAINING_MEMORIZED, /* the same of the share of wrong labels that are chosen;
                                 it is shown, and nothing is said of it */
    CLAIM_TRAINING_ORDER,  /* own test error - that in another order of the batches */
    CLAIM_TRAINING_CHANCE, /* own test error - that of chance */
};

struct claim_training_row {
    char what[160]; /* "as published, ...": begins the setting */
    enum claim_training_shown shown;
    struct rule own, twin;
    bool matched; /* the twin gets the own rule's applied rate and decay (match.h) */
    enum lesson_noise noise;
    double share;
    uint64_t epochs; /* 0: CLAIM_TRAINING_EPOCHS */
};

/* A list of rows, which begins with {0}. */
struct claim_training_rows {
    struct claim_training_row *row;
    size_t count;
};

/* Adds a row to the list and points *row to it, to be filled in before the next one is
 * added. STATUS_MEMORY. */
PNM_MUST_USE int claim_training_add(struct claim_training_rows *rows,
                                    struct claim_training_row **row,
                                    struct error *error);
void claim_training_free(struct claim_training_rows *rows);

/* Adds the rows of a pair, as published and matched, of PNM at learning rate `rate` and
 * SGD with momentum, in PyTorch's form, at a tenth of it, with the weight decay
 * `decay`, decoupled or, of SGD as published, L2. `setting` tells where: "asymmetric
 * label noise". */
PNM_MUST_USE int claim_training_pair(struct claim_training_rows *rows,
                                     const char *setting, double rate, double beta0,
                                     double decay, enum lesson_noise noise,
                                     double share, struct error *error);

/* Adds the controls, by PNM at rate 1: another order of the batches, PNM where it is
 * heavy ball, and labels that say nothing. */
PNM_MUST_USE int claim_training_controls(struct claim_training_rows *rows, double decay,
                                         enum lesson_noise noise, double share,
                                         struct error *error);

/* Trains what the rows need and adds them to the ledger in their order. Neighbours in
 * the list with the same labels and epochs share their trainings. A pair that exceeds
 * the budget of a row is not sampled. The caller frees the rows. */
PNM_MUST_USE int claim_training_run(struct ledger *ledger, const struct claim *claim,
                                    struct claim_training_rows *rows,
                                    struct error *error);

/* What a row says of its trainings, errors in points. */
struct paired claim_training_paired(const struct claim_training_row *row,
                                    const struct generalize_result *result);

/* Adds the controls and runs all rows: the end of each analogue. */
PNM_MUST_USE int claim_training_finish(struct ledger *ledger, const struct claim *claim,
                                       struct claim_training_rows *rows, double decay,
                                       enum lesson_noise noise, double share,
                                       struct error *error);

#endif
