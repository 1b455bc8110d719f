/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey.h: draws normal numbers as the simulation does, in chunks from the streams of
 * several seeds and units, and keeps the sums and counts that checks.h judges. */
#ifndef PNM_SURVEY_H
#define PNM_SURVEY_H

#include "base/random.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SEEDS = 4,        /* of one run: two pairs of neighbours */
    STREAMS = 4,      /* drawn side by side, a bundle: two seeds by two units */
    STREAM = 1 << 20, /* numbers of a stream */
    BUNDLE = STREAMS * STREAM,
    CHUNK = 1024,        /* numbers drawn at a time */
    LAGS = RANDOM_BLOCK, /* correlations are taken at lags 1..32 */
    TAILS = 4,           /* numbers beyond 3, 4, 5 and 6 sigma are counted */
    FIRST_TAIL = 3,
    BINS = 1 << 16, /* equiprobable */
};

/* What is summed over all numbers x, with q = x^2 - 1. */
enum {
    SUM_X,
    SUM_Q,
    SUM_XQ,
    SUM_QQ,
    SUM_STREAM_MEANS,     /* over streams: (sum of x)^2 / numbers */
    SUM_STREAM_VARIANCES, /* over streams: (sum of q)^2 / (2 numbers) */
    SUM_UNITS,            /* x x' of two units of a bundle; then q q' */
    SUM_SEEDS = SUM_UNITS + 2,
    SUM_LAGS = SUM_SEEDS + 2, /* see sum_lag */
    SUMS = SUM_LAGS + 2 * LAGS * RANDOM_BLOCK
};

/* Where the sum of x times the x `lag` before it is, 1 <= lag <= LAGS, for x at this
 * place of its block; with square = 1 that of q. */
static inline size_t sum_lag(int square, int lag, int place)
{
    return (size_t)(SUM_LAGS + (square * LAGS + lag - 1) * RANDOM_BLOCK + place);
}

struct control;

/* What is drawn: bundle 0 has the first unit of the first two seeds, bundle 1 that of
 * the other two, bundle 2 the next two units of the first two seeds and so on. */
struct run {
    struct random_generator generator;
    uint64_t seed;    /* the first of the four */
    uint64_t bundles; /* an even number: all seeds draw alike */
    int threads;
    const char *label;             /* of the progress bar; NULL: none */
    const struct control *control; /* damages the numbers; NULL: they stay */
    double damage;                 /* its size */
};

/* Numbers of a whole run. */
static inline double run_numbers(const struct run *run)
{
    return (double)run->bundles * BUNDLE;
}

struct survey {
    double sum[SUMS];
    uint64_t tail[TAILS]; /* |x| > 3, 4, 5, 6 */
    uint64_t bin[BINS];
};

/* Draws and sums it all: the same bits for any number of threads. */
PNM_MUST_USE int survey_run(const struct run *run, struct survey *survey,
                            struct error *error);

#endif
