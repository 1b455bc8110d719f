/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound_windows.h"

#include "verdict/estimate.h"

static uint64_t length_of(const struct bound_windows *windows, int w)
{
    return windows->points >> (w + 1);
}

void bound_windows_add(struct bound_windows *windows, uint64_t t, const double *left)
{
    for (int w = 0; w < BOUND_WINDOWS && t >= windows->points - length_of(windows, w);
         w++)
        for (size_t lane = 0; lane < LOSS_LANES; lane++)
            windows->sum[w][lane] += left[lane];
}

void bound_windows_merge(struct bound_windows *windows)
{
    for (int w = 0; w < BOUND_WINDOWS && length_of(windows, w) > 0; w++)
        for (size_t lane = 0; lane < LOSS_LANES; lane++) {
            moments_add(&windows->mean[w][lane % 2],
                        windows->sum[w][lane] / (double)length_of(windows, w));
            windows->sum[w][lane] = 0;
        }
}

bool bound_windows_longest(const struct bound_windows *windows, double most,
                           double *mean, double *se)
{
    for (int w = 0; w < BOUND_WINDOWS && length_of(windows, w) > 1; w++) {
        const struct moments *half = windows->mean[w];
        if (half[0].mean - ESTIMATE_Z * moments_stderr(&half[0]) > most)
            continue;
        *mean = half[1].mean;
        *se = moments_stderr(&half[1]);
        return true;
    }
    return false;
}
