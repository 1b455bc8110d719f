/* SPDX-License-Identifier: GPL-3.0-or-later */
/* training.h: trains the network of perceptron.h on minibatches by any rule.
 *
 * A replica is a work unit. Its examples, labels, start and the order of its batches
 * depend on seed, replica and setting alone, so that rules are compared in pairs: the
 * same replica, another rule. */
#ifndef PNM_TRAINING_H
#define PNM_TRAINING_H

#include "engine/replicas.h"
#include "engine/session.h"
#include "losses/lesson.h"
#include "losses/perceptron.h"
#include "rules/rule.h"

struct training_setting {
    struct lesson_setting lesson;
    size_t hidden;
    enum perceptron_activation activation;
    uint64_t batch;  /* examples of a gradient */
    uint64_t epochs; /* an epoch shuffles the training examples and takes each at most
                        once: those that fill no batch are left out of it */
    /* The order of the batches of replica r is that of number r + order; 0 but for the
     * comparison of a rule with itself in another order. */
    uint64_t order;
    /* Of the examples and labels likewise. */
    uint64_t first_replica;
};

struct training {
    const struct rule *rule;
    const struct training_setting *setting;
    uint64_t every; /* epochs between records; 0: the end alone is recorded */
    struct random_generator generator;
    uint64_t seed;
    int threads;
    const char *label; /* shown beside the progress bar; NULL: no bar */
    struct session *session;
};

/* What a record of a replica holds. Once a weight or a loss is beyond the range of
 * numbers, the replica has diverged: its errors are those of chance, 1 - 1/classes, it
 * has memorised nothing, and its losses are NAN. */
enum training_quantity {
    TRAINING_LOSS,       /* mean over the training examples with their spoilt labels */
    TRAINING_ERROR,      /* share of the training examples whose label, spoilt or not,
                            is not chosen */
    TRAINING_ERROR_TEST, /* the same of the test examples */
    TRAINING_ERROR_VALIDATION, /* NAN if there are none */
    TRAINING_ERROR_BEST,       /* lowest test error at the end of any epoch so far */
    TRAINING_LOSS_TEST,
    TRAINING_MEMORIZED, /* share of the wrong training labels that are chosen; NAN if
                           no label is wrong */
    TRAINING_STEPS,     /* taken */
    TRAINING_DIVERGED,  /* 1 if the replica has diverged, else 0 */
    TRAINING_QUANTITIES
};

/* Steps of an epoch: a step takes as many batches as the rule takes samples. */
uint64_t training_epoch_steps(const struct training_setting *setting,
                              const struct rule *rule);

uint64_t training_records(const struct training *training);
uint64_t training_record_epoch(const struct training *training, uint64_t record);

/* STATUS_USAGE, with the quantity, for a setting out of range. */
PNM_MUST_USE int training_check(const struct training_setting *setting,
                                const struct rule *rules, size_t count,
                                struct error *error);

/* Trains `replicas` replicas. STATUS_MEMORY, and what sessions and streams return.
 * replicas_free is legal after a failure. */
PNM_MUST_USE int training_run(const struct training *training, uint64_t replicas,
                              struct replicas *result, struct error *error);

/* How a rule moves theta in the long run: the rate by which it moves for each unit of a
 * gradient that stays, eta for plain gradient descent, and the share of theta that its
 * weight decay takes in a step, per unit of that rate. Both are found by asking the
 * implemented step, at the start of a schedule; an adaptive rule moves by its rate
 * whatever the size of the gradient. NAN for a rule that settles into no rate within
 * 1e5 steps. */
struct applied {
    double rate, decay;
};
struct applied training_applied(const struct rule *rule);

#endif
