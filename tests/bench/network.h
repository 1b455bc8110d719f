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
    NETWORK_EXAMPLES = 512,
    NETWORK_EPOCHS = 5,
};

/* Both return the processor's seconds and end the program on errors. Other parameters
 * than lr have their defaults. */

/* Trains for so many steps; *loss becomes that of the last batch before its step. */
double network_train(const char *rule, double lr, uint64_t steps, double *loss);

/* Trains so many replicas for NETWORK_EPOCHS as pnm-train does, on examples of their
 * own that a teacher labels; *error becomes the mean share of examples that are wrong.
 */
double network_replicas(const char *rule, double lr, uint64_t replicas, double *error);

#endif
