/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

double estimate_half_width(double se, uint64_t chains)
{
    if (chains < 2)
        return INFINITY;
    if (chains >= ESTIMATE_NORMAL_CHAINS)
        return ESTIMATE_Z * se;
    return gsl_cdf_tdist_Qinv(ESTIMATE_LEVEL / 2, (double)(chains - 1)) * se;
}

double estimate_target(double precision, double exact, double paper, double scale)
{
    const double delta = (exact - paper) / scale;
    const double needed = fabs(fabs(delta) - ESTIMATE_MARGIN) / (2 * ESTIMATE_Z);
    if (isnan(delta) || needed == 0 || needed >= precision)
        return precision * scale;
    return needed * scale;
}

uint64_t estimate_chains(double squares, double fourths, uint64_t fewest)
{
    const double freedom = squares * squares / fourths;
    if (!(fourths > 0) || !isfinite(freedom))
        return fewest;
    return 1 + (uint64_t)fmin(freedom, 0x1p62);
}

bool estimate_is_skewed(double skewness, uint64_t chains)
{
    const double z = ESTIMATE_Z;
    return fabs(skewness) * (z * z * z - 3 * z) > 6 * sqrt((double)chains);
}
