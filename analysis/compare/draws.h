/* draws.h: means over independent draws that are no chains, in work units like these.
 */
#ifndef PNM_DRAWS_H
#define PNM_DRAWS_H

#include "engine/sampling.h"

enum { DRAWS_MAX = 128 }; /* quantities */

struct draws {
    const struct sampling *sampling;
    const char *label;
    uint64_t hash;  /* names the streams: unit u of the draws has stream u + 1 */
    uint64_t count; /* draws wanted */
    int quantities; /* numbers of which the mean is wanted */
    /* Adds `count` draws to moments[0..quantities). */
    void (*draw)(const void *context, struct random_stream *stream, uint64_t count,
                 struct moments *moments);
    const void *context;
};

/* The stream of that number; with a GSL generator, which has no raw words, philox's. */
PNM_MUST_USE int draws_stream(const struct sampling *sampling, uint64_t hash,
                              uint64_t number, struct random_stream *stream,
                              struct error *error);

/* Mean and spread of every quantity; fewer draws, 0 included, where the time given is
 * up. */
PNM_MUST_USE int draws_mean(const struct draws *draws, struct moments *moments,
                            struct error *error);

#endif
