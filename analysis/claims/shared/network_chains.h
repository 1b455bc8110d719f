/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_chains.h: chains of update rules on the training loss of the network with
 * weight decay, by minibatches, around its minimum.
 *
 * All 64 chains of a run start at the minimum with empty slots. In a step each draws
 * NETWORK_CHAINS_BATCH of the 128 samples with replacement, takes the mean of the
 * network's own gradients at its theta_t, and makes the rule's own step, with the decay
 * as the rule's L2 decay. What it measures knows C, H or a law only by the directions
 * along which theta is watched. Runs of the same number `draws` get the same samples.
 *
 * With control variates each chain has a companion on the quadratic part of the loss
 * (network_linear.h), whose mean squares have known expectations. From the chain's mean
 * squares those of its companion are taken off, minus their expectations, with the
 * coefficient 1: nothing is fitted, so nothing is biased, and where the rate is small
 * most of what is random is the same in both. */
#ifndef PNM_NETWORK_CHAINS_H
#define PNM_NETWORK_CHAINS_H

#include "claims/shared/network_minimum.h"

enum {
    NETWORK_CHAINS = 64,
    NETWORK_CHAINS_BATCH = 8,
    NETWORK_CHAINS_DIRECTIONS = 3, /* the first ones, watched one by one */
    /* What is measured: the variance along each of these, then the trace. */
    NETWORK_CHAINS_TRACE = NETWORK_CHAINS_DIRECTIONS,
    NETWORK_CHAINS_QUANTITIES,
};

struct network_run {
    struct rule rule; /* with the decay of the minimum */
    uint64_t draws;
    uint64_t burn_in, steps; /* steps are even in number of `stride` */
    uint64_t stride;         /* theta is watched after every stride steps */
    bool control;            /* for a linear rule that takes one gradient a step */
};

/* Sums over time of one chain: of z_k = v_k'(theta - theta*) for every direction, of
 * the squares of the first ones, and of sum_k h_k z_k^2; then their means. */
struct network_chain {
    double z[MINIBATCH_N];
    double square[NETWORK_CHAINS_QUANTITIES];
    /* The same of the companion minus its expectation; 0 without one. */
    double control[NETWORK_CHAINS_QUANTITIES];
};

/* The means over the first and the second half of the steps of every chain. */
struct network_record {
    struct network_chain half[2][NETWORK_CHAINS];
};

/* Makes `count` runs, done[k] tells which: the session may end early. */
PNM_MUST_USE int network_chains_run(const struct sampling *sampling, const char *label,
                                    const struct minibatch_noise *noise,
                                    const struct network_run *runs, size_t count,
                                    struct network_record *records, bool *done,
                                    struct error *error);

/* A variance about the mean over time and chains, without the bias of that mean:
 * v_k' Sigma v_k or, for NETWORK_CHAINS_TRACE, tr(H Sigma), with the control variates
 * of the run or without them. */
struct network_estimate {
    double value, se;
    double apart; /* the second half's minus the first half's */
    /* What each chain adds to the value to first order, for errors of quotients. */
    double part[NETWORK_CHAINS];
};

void network_chains_estimate(const struct network_record *record,
                             const struct minibatch_noise *noise, int quantity,
                             bool control, struct network_estimate *estimate);

/* above/below, two runs with the same draws, with its standard error in *se. */
double network_chains_quotient(const struct network_estimate *above,
                               const struct network_estimate *below, double *se);

#endif
