/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random_index.h: whole numbers and shuffles from a stream.
 *
 *     struct random_index index = {.left = 0};
 *     row = random_index_below(&index, &stream, rows);
 */
#ifndef PNM_RANDOM_INDEX_H
#define PNM_RANDOM_INDEX_H

#include "base/random.h"

/* What is left of the stream's last words; zeros before the first number of a stream.
 */
struct random_index {
    uint64_t words[RANDOM_BLOCK];
    size_t left;
};

/* A whole number from 0 to count - 1, count <= 2^32, each with the same probability:
 * the high half of a word times count, divided by 2^32, where words that would favour a
 * number are skipped (Lemire, ACM Trans. Model. Comput. Simul. 29 (2019) 3). */
uint32_t random_index_below(struct random_index *own, struct random_stream *stream,
                            uint64_t count);

/* Puts order[count] into an order of which each has the same probability: Fisher and
 * Yates's places one by one, from the first on. */
void random_index_shuffle(struct random_index *own, struct random_stream *stream,
                          size_t count, uint32_t *order);

#endif
