/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/heavy_tail.h"

#include <math.h>

bool heavy_tail_shows(struct noise_law law, double draws, double variance, double se)
{
    if (noise_law_excess(law) == 0 || !(variance > 0))
        return false;
    const double largest = sqrt(ESTIMATE_Z * se * draws / variance);
    return !(draws * noise_law_beyond(law, largest) <= HEAVY_TAIL_LEVEL);
}
