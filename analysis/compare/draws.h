/* SPDX-License-Identifier: GPL-3.0-or-later */
/* draws.h: means over independent draws that are not chains, sampled in units too. */
#ifndef PNM_DRAWS_H
#define PNM_DRAWS_H

#include "engine/sampling.h"

enum { DRAWS_MAX = 128 }; /* quantities */

struct draws {
    const struct sampling *sampling;
    const char *label;
    uint64_t hash;  /* names the streams: unit u of the draws has stream u + 1 */
    uint64_t count; /* draws wanted */
    int quantities; /* numbers whose means are wanted */
    /* Adds `count` draws to moments[0..quantities), each to all of them. */
    void (*draw)(const void *context, struct random_stream *stream, uint64_t count,
                 struct moments *moments);
    const void *context;
};

/* Starts the stream of that number. A GSL generator has no raw words, so Philox
 * replaces it. */
PNM_MUST_USE int draws_stream(const struct sampling *sampling, uint64_t hash,
                              uint64_t number, struct random_stream *stream,
                              struct error *error);

/* Mean and spread of every quantity over the draws, which may be fewer, even 0, if the
 * session ends them early. */
PNM_MUST_USE int draws_mean(const struct draws *draws, struct moments *moments,
                            struct error *error);

#endif
