/* SPDX-License-Identifier: GPL-3.0-or-later */
/* controls.h: negative controls: damages to good numbers, each as small as the check
 * named with it is sure to notice. */
#ifndef PNM_CONTROLS_H
#define PNM_CONTROLS_H

#include "checks.h"

struct control {
    const char *name;
    const char *what;     /* is done, with size d */
    const char *check[2]; /* must fail; the second may be NULL */
    /* Damages x[0..CHUNK) in place; x[-LAGS] and on were damaged before. */
    void (*damage)(const struct control *control, double d,
                   const struct random_key *key, double *x);
    double gain; /* N numbers with damage d move the check by d sqrt(gain N) */
    /* How far back the damage looks, and at which places of a block it is done. */
    int lag, first, last;
    int sigma;  /* where the damage is done, for the tails */
    int reused; /* the stream of a bundle that is another once more */
};

/* The last has no name. */
extern const struct control controls[];

/* NULL if there is none of that name. */
const struct control *control_find(const char *name);

/* What d must be in a run of so many numbers, whose checks (any run of that length) are
 * given. */
double control_size(const struct control *control, double numbers,
                    const struct check *checks);

/* A survey with run->control calls these: for the key of each stream of a bundle, and
 * for each chunk of its numbers. */
void control_key(const struct run *run, uint64_t bundle, int stream,
                 struct random_key *key);
void control_numbers(const struct run *run, const struct random_key *key, double *x);

#endif
