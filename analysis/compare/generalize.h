/* SPDX-License-Identifier: GPL-3.0-or-later */
/* generalize.h: which of two rules has the lower test error after a training, judged in
 * pairs of replicas: same examples, labels, start and order of batches.
 *
 * The error is that at the end of the last epoch. The lowest one of all epochs is
 * reported beside it and not judged, because it selects on the test examples. A replica
 * that diverges has the error of chance and is counted; none is dropped. Differences
 * are in points, that is hundredths.
 *
 * The band of a difference is that of estimate_half_width, as in all rows, and needs
 * ESTIMATE_MIN_CHAINS replicas; verdict_paired says what it decides. The band rests on
 * the spread of the replicas that were run: a rule that diverges in one of a hundred
 * may not show it in thirty. */
#ifndef PNM_GENERALIZE_H
#define PNM_GENERALIZE_H

#include "compare/match.h"
#include "verdict/verdict.h"

enum {
    GENERALIZE_PILOT = 10, /* replicas from which the number to run is planned, and
                              which are thrown away */
    GENERALIZE_TRIAL = 10, /* replicas with which a learning rate is tried */
};

struct generalize {
    const struct training *training; /* all but the rule and what is recorded */
    double margin;                   /* points; differences up to it count as none */
    uint64_t replicas;               /* of each pair; 0: planned, at most `most` */
    uint64_t most;
    bool reorder; /* the twin takes its batches in another order */
};

/* What a pair of rules gave, over the replicas that both have run. */
struct generalize_result {
    uint64_t planned, count;
    struct moments own, twin;  /* test errors */
    struct moments difference; /* own - twin, in points */
    struct moments best;       /* the same of the lowest errors */
    struct moments memorized;  /* ... of the shares of wrong labels that are chosen */
    uint64_t own_diverged, twin_diverged;
    double half_width;
    enum verdict verdict;
    bool control; /* as generalize_control says */
};

/* Runs the pilots and then all pairs, each rule once. */
PNM_MUST_USE int generalize_run(const struct generalize *own,
                                const struct match_pair *pairs, size_t count,
                                struct generalize_result *results, struct error *error);

/* Sets each rule's learning rate to the one, of `trials` rates that lie factors of 2
 * apart around the given one, with the lowest mean error on validation examples of
 * replicas that nothing else uses; the first of equal ones. Rules that are the same are
 * tried once. edges[count] become how many of the two rules of a pair took the lowest
 * or the highest rate. STATUS_USAGE for a rate that training_check refuses. */
PNM_MUST_USE int generalize_tune(const struct generalize *own, uint64_t trials,
                                 struct match_pair *pairs, size_t count,
                                 uint64_t *edges, struct error *error);

/* The rate tried as number k. */
double generalize_trial_rate(double lr, uint64_t trials, uint64_t k);

/* Judges the replicas of two rules, of which at most `planned` count. */
struct generalize_result generalize_judge(const struct replicas *own,
                                          const struct replicas *twin, uint64_t planned,
                                          double margin);

/* Negative control of the verdict: *found becomes whether, where it is `same`, twice
 * the margin, added to and taken from the own errors of the same replicas, is found as
 * worse and better; and whether exchanging the rules exchanges better and worse. True
 * where nothing is decided. STATUS_MEMORY. */
PNM_MUST_USE int generalize_control(const struct replicas *own,
                                    const struct replicas *twin, uint64_t planned,
                                    double margin, bool *found, struct error *error);

/* The replicas whose band will be at most half the margin or, where the pilot's
 * difference less three standard errors is more than the margin, at most half of that,
 * so that verdict_paired decides, with three chances in four, as far as the spread of
 * the pilot's differences tells: at least ESTIMATE_MIN_CHAINS, at most `most`. */
uint64_t generalize_plan(const struct moments *pilot, double margin, uint64_t most);

#endif
