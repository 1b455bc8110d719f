/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network.h: training of a network of one hidden layer on minibatches, the same one as
 * that of peers.py. */
#ifndef PNM_BENCH_NETWORK_H
#define PNM_BENCH_NETWORK_H

#include <stddef.h>
#include <stdint.h>

enum {
    NETWORK_FEATURES = 64,
    NETWORK_HIDDEN = 64,
    NETWORK_CLASSES = 10,
    NETWORK_BATCH = 32,
    NETWORK_EXAMPLES = 512
};

/* Trains so many replicas one after the other, each from the same weights, and returns
 * the processor's seconds; *loss becomes that of the last batch before its step. Other
 * parameters than lr have their defaults. Ends the program on errors. */
double network_train(const char *rule, double lr, uint64_t replicas, uint64_t steps,
                     double *loss);

#endif
