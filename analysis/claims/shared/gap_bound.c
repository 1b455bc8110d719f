/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/gap_bound.h"

#include "claims/shared/bound_ratio.h"

#include <math.h>

struct gap gap_printed(double eta, double batch, double lambda)
{
    return (struct gap){eta, batch, lambda, 1 / lambda};
}

struct gap gap_corrected(double eta, double batch, double lambda)
{
    return (struct gap){eta, batch, lambda, lambda};
}

double gap_divergence(const struct gap *gap, double gamma)
{
    const double v = gamma * gap->eta / (2 * gap->batch);
    return (gap->trace_factor * v - log(gap->lambda * v) - 1) / 2;
}

double gap_bound(const struct gap *gap, double gamma)
{
    return 4 * sqrt((GAP_DIMENSION * gap_divergence(gap, gamma) +
                     log(2 * BOUND_TRAIN_SIZE / BOUND_FAILURE)) /
                    BOUND_TRAIN_SIZE);
}

double gap_slope(const struct gap *gap, double gamma)
{
    const double divergence_slope =
        GAP_DIMENSION / 2 *
        (gap->trace_factor * gap->eta / (2 * gap->batch) - 1 / gamma);
    return 8 / gap_bound(gap, gamma) / BOUND_TRAIN_SIZE * divergence_slope;
}

double gap_slope_complex(const struct gap *gap, double gamma)
{
    const double step = 0x1p-100;
    const double complex at = gamma + step * I;
    const double complex v = at * (gap->eta / gap->batch / 2);
    const double complex divergence =
        GAP_DIMENSION * (v * gap->trace_factor - clog(v) - log(gap->lambda) - 1) / 2;
    const double complex bound =
        csqrt(16 * (divergence + log(2 * BOUND_TRAIN_SIZE / BOUND_FAILURE)) /
              BOUND_TRAIN_SIZE);
    return cimag(bound) / step;
}
