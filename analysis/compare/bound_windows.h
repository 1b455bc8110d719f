/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_windows.h: means of theorem 3.1's left-hand side over the last steps of chains.
 *
 * Window w is the last points >> (w + 1) steps. A window's mean is not below the
 * smallest step's, and for a chain that has settled it is far better known. */
#ifndef PNM_BOUND_WINDOWS_H
#define PNM_BOUND_WINDOWS_H

#include "base/moments.h"
#include "losses/loss.h"

#include <stdbool.h>
#include <stdint.h>

enum { BOUND_WINDOWS = 8 };
struct bound_windows {
    uint64_t points;                       /* steps that are observed */
    double sum[BOUND_WINDOWS][LOSS_LANES]; /* over the steps, of 64 chains that run */
    struct moments mean[BOUND_WINDOWS][2]; /* over the even and the odd chains */
};

/* Adds the left-hand sides of 64 chains at step t. */
void bound_windows_add(struct bound_windows *windows, uint64_t t, const double *left);

/* Adds the chains, which have run to their end, to the means. */
void bound_windows_merge(struct bound_windows *windows);

/* The mean and its standard error over the odd chains for the longest window whose mean
 * over the even chains is not above `most`, as far as its error tells. False if there
 * is none. */
bool bound_windows_longest(const struct bound_windows *windows, double most,
                           double *mean, double *se);

#endif
