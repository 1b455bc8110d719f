/* SPDX-License-Identifier: GPL-3.0-or-later */
/* heavy_tail.h: whether noise with heavy tails spoils the confidence band of a
 * variance. */
#ifndef PNM_HEAVY_TAIL_H
#define PNM_HEAVY_TAIL_H

#include "base/noise_law.h"
#include "verdict/estimate.h"

/* The largest probability that a single draw moves an estimate beyond its band, by
 * which a band is still taken as that of a normal law. */
#define HEAVY_TAIL_LEVEL (ESTIMATE_LEVEL / 10)

/* Whether one of `draws` draws moves the mean of theta^2 by more than its band with a
 * probability above that level. A draw xi adds at most xi^2 variance/draws to a mean
 * over so many steps and chains, because the squared impulse response sums to the
 * variance. `se` is the standard error without control variates, which shrink both. */
bool heavy_tail_shows(struct noise_law law, double draws, double variance, double se);

#endif
