/* SPDX-License-Identifier: GPL-3.0-or-later */
/* covariance_groups.h: covariances of groups of chains, from whose spread a function of
 * the whole covariance gets its standard error. */
#ifndef PNM_COVARIANCE_GROUPS_H
#define PNM_COVARIANCE_GROUPS_H

#include "base/error.h"
#include "engine/session.h"

#include <stddef.h>
#include <stdint.h>

/* Means over `count` groups of consecutive chains, mean[g * pairs + pair]; the caller
 * frees them. count >= 1 is the number wanted and becomes the number formed: at most
 * one a chain, and only the complete groups if the sampling run was ended early. The
 * remainder of the chains joins the last group. */
struct covariance_groups {
    uint64_t count;
    double *mean;
    uint64_t each; /* chains of a group */
};

/* Sets all sums to 0. Here and below, groups may be NULL. STATUS_MEMORY. */
PNM_MUST_USE int covariance_groups_init(struct covariance_groups *groups,
                                        uint64_t chains, size_t pairs,
                                        struct error *error);

/* The memory that they take, for a session. */
struct session_block covariance_groups_block(const struct covariance_groups *groups,
                                             size_t pairs);

/* Adds a chain's value of a pair. */
void covariance_groups_add(const struct covariance_groups *groups, uint64_t chain,
                           size_t pairs, size_t pair, double value);

/* Turns sums into means, with `done` of the chains added. */
void covariance_groups_finish(struct covariance_groups *groups, uint64_t done,
                              uint64_t chains, size_t pairs);

#endif
