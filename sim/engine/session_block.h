/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session_block.h: memory that a sampling run adds to, and what is known of it.
 *
 * A checkpoint is a file, and its checksum can be mended by whoever changes it. So its
 * blocks are held against what a run leaves: how many chains are counted follows from
 * how many units are done, sums of squares are not negative, and where chains do not
 * diverge numbers are finite. A sum that was changed into another plausible one cannot
 * be told: only the run itself knows it. */
#ifndef PNM_SESSION_BLOCK_H
#define PNM_SESSION_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

enum session_content {
    SESSION_HOLDS_BYTES,
    SESSION_HOLDS_COUNTS,
    SESSION_HOLDS_REALS,
    SESSION_HOLDS_ANY_REALS,
    SESSION_HOLDS_MOMENTS,
};

struct session_block {
    void *data;
    size_t size;
    enum session_content content;
    size_t numbers, further; /* of moments */
};

/* A list of blocks is {{theta, size, SESSION_MOMENTS}, ..., SESSION_END}. What they
 * hold: bytes of which nothing is known; counts and flags that follow from the units
 * that are done; doubles, finite unless chains diverge; doubles, of which some are NAN
 * in ordinary runs; and elements of a uint64_t, how many were added, `numbers` doubles,
 * their means, numbers x numbers doubles, sums of products of deviations from the
 * means, and `further` doubles: struct moments, struct skewed_moments, struct comoments
 * and struct control_fit. */
#define SESSION_BYTES SESSION_HOLDS_BYTES, 0, 0
#define SESSION_COUNTS SESSION_HOLDS_COUNTS, 0, 0
#define SESSION_REALS SESSION_HOLDS_REALS, 0, 0
#define SESSION_ANY_REALS SESSION_HOLDS_ANY_REALS, 0, 0
#define SESSION_MOMENTS SESSION_HOLDS_MOMENTS, 1, 0
#define SESSION_SKEWED_MOMENTS SESSION_HOLDS_MOMENTS, 1, 1
#define SESSION_COMOMENTS SESSION_HOLDS_MOMENTS, COMOMENTS_MAX, 0
#define SESSION_CONTROL_FIT SESSION_HOLDS_MOMENTS, CONTROL_FITTED + 1, 0
#define SESSION_END                                                                    \
    {                                                                                  \
        NULL, 0, SESSION_BYTES                                                         \
    }

size_t session_blocks_size(const struct session_block *blocks);

/* Whether a block holds counts. */
bool session_blocks_count(const struct session_block *blocks);

/* Whether the bytes, which are those of the blocks one after the other, hold finite
 * numbers where ordinary runs do. */
bool session_blocks_are_finite(const struct session_block *blocks,
                               const unsigned char *bytes);

/* Whether the bytes count what the blocks count, and no sum of squares is negative. */
bool session_blocks_agree(const struct session_block *blocks,
                          const unsigned char *bytes);

#endif
