/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/covariance_groups.h"

#include <stdlib.h>

int covariance_groups_init(struct covariance_groups *groups, uint64_t chains,
                           size_t pairs, struct error *error)
{
    if (!groups)
        return STATUS_OK;
    if (groups->count > chains)
        groups->count = chains;
    groups->each = groups->count ? chains / groups->count : 1;
    groups->mean = calloc(groups->count * pairs + 1, sizeof *groups->mean);
    return groups->mean ? STATUS_OK : error_memory(error, "groups of chains");
}

struct session_block covariance_groups_block(const struct covariance_groups *groups,
                                             size_t pairs)
{
    if (!groups)
        return (struct session_block)SESSION_END;
    return (struct session_block){
        groups->mean, groups->count * pairs * sizeof *groups->mean, SESSION_REALS};
}

void covariance_groups_add(const struct covariance_groups *groups, uint64_t chain,
                           size_t pairs, size_t pair, double value)
{
    if (!groups)
        return;
    uint64_t group = chain / groups->each;
    if (group >= groups->count)
        group = groups->count - 1;
    groups->mean[group * pairs + pair] += value;
}

void covariance_groups_finish(struct covariance_groups *groups, uint64_t done,
                              uint64_t chains, size_t pairs)
{
    if (!groups)
        return;
    if (done < chains && groups->count > done / groups->each)
        groups->count = done / groups->each;
    for (uint64_t g = 0; g < groups->count; g++) {
        const bool last = done == chains && g + 1 == groups->count;
        const uint64_t size = last ? chains - g * groups->each : groups->each;
        for (size_t k = 0; k < pairs; k++)
            groups->mean[g * pairs + k] /= (double)size;
    }
}
