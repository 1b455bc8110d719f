/* parameters.h: parameters that several rules share, stated once. */
#ifndef PNM_PARAMETERS_H
#define PNM_PARAMETERS_H

#include "optimizer.h"

#include <math.h>

#define PARAMETER_LR                                                                   \
    {                                                                                  \
        .name = "lr", .symbol = "eta", .doc = "learning rate", .preset = NULL,         \
        .preset_value = NAN, .low = 0, .low_open = true, .high = INFINITY,             \
    }

#define PARAMETER_BETA0                                                                \
    {                                                                                  \
        .name = "beta0", .symbol = "beta_0",                                           \
        .doc = "positive-negative parameter: weights 1+beta0 and -beta0",              \
        .preset = "1", .preset_value = 1, .low = -INFINITY, .high = INFINITY,          \
    }

#define PARAMETER_BETA1                                                                \
    {                                                                                  \
        .name = "beta1", .symbol = "beta_1", .doc = "momentum", .preset = "0.9",       \
        .preset_value = 0.9, .low = 0, .high = 1, .high_open = true,                   \
    }

#define PARAMETER_LR_NORMALIZATION                                                     \
    {                                                                                  \
        .name = "lr-normalization", .symbol = "eta/sqrt(gamma)",                       \
        .doc = "divide the learning rate by sqrt((1+beta0)^2 + beta0^2)",              \
        .preset = "on", .preset_value = 1, .low = 0, .high = 1, .is_switch = true,     \
    }

/* eta_0 = eta / sqrt((1+beta0)^2 + beta0^2), or eta where normalization is off. */
static inline double normalized_lr(double lr, double beta0, double normalization)
{
    const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
    return normalization != 0 ? lr / sqrt(gamma) : lr;
}

#endif
