/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session_block.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

size_t session_blocks_size(const struct session_block *blocks)
{
    size_t size = 0;
    for (; blocks->size > 0; blocks++)
        size += blocks->size;
    return size;
}

bool session_blocks_count(const struct session_block *blocks)
{
    for (; blocks->size > 0; blocks++)
        if (blocks->content == SESSION_HOLDS_COUNTS ||
            blocks->content == SESSION_HOLDS_MOMENTS)
            return true;
    return false;
}

/* The k-th of a block's doubles, or of its elements' 8 bytes. */
static double real_at(const unsigned char *bytes, size_t k)
{
    double x;
    memcpy(&x, bytes + k * sizeof x, sizeof x);
    return x;
}

/* How many doubles an element has, its count included. */
static size_t element_of(const struct session_block *block)
{
    return 1 + block->numbers + block->numbers * block->numbers + block->further;
}

static bool is_finite(const struct session_block *block, const unsigned char *bytes)
{
    const bool moments = block->content == SESSION_HOLDS_MOMENTS;
    const size_t element = moments ? element_of(block) : 1;
    if (!moments && block->content != SESSION_HOLDS_REALS)
        return true;
    for (size_t k = 0; k < block->size / sizeof(double); k++)
        if (!(moments && k % element == 0) && !isfinite(real_at(bytes, k)))
            return false;
    return true;
}

bool session_blocks_are_finite(const struct session_block *blocks,
                               const unsigned char *bytes)
{
    for (; blocks->size > 0; bytes += blocks->size, blocks++)
        if (!is_finite(blocks, bytes))
            return false;
    return true;
}

/* Whether an element, at theirs, may stand where one with the count at own does. */
static bool element_agrees(const struct session_block *block, const unsigned char *own,
                           const unsigned char *theirs)
{
    const size_t n = block->numbers;
    const unsigned char *means = theirs + sizeof(uint64_t);
    uint64_t count;
    memcpy(&count, own, sizeof count);
    if (memcmp(own, theirs, sizeof count) != 0)
        return false;
    for (size_t k = 0; count == 0 && k < element_of(block) - 1; k++)
        if (real_at(means, k) != 0)
            return false;
    for (size_t i = 0; i < n; i++)
        if (real_at(means, n + i * n + i) < 0)
            return false;
    return true;
}

static bool agrees(const struct session_block *block, const unsigned char *bytes)
{
    const unsigned char *own = block->data;
    const size_t size = element_of(block) * sizeof(double);
    if (block->content == SESSION_HOLDS_COUNTS)
        return memcmp(own, bytes, block->size) == 0;
    for (size_t at = 0; block->content == SESSION_HOLDS_MOMENTS && at < block->size;
         at += size)
        if (!element_agrees(block, own + at, bytes + at))
            return false;
    return true;
}

bool session_blocks_agree(const struct session_block *blocks,
                          const unsigned char *bytes)
{
    for (; blocks->size > 0; bytes += blocks->size, blocks++)
        if (!agrees(blocks, bytes))
            return false;
    return true;
}
