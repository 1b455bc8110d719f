/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parameters.h: parameters that several rules share, stated once. */
#ifndef PNM_PARAMETERS_H
#define PNM_PARAMETERS_H

#include "rules/rule.h"

#include <math.h>

/* A parameter that takes one of two words; the rule keeps the word's index. */
#define PARAMETER_EITHER(first, second)                                                \
    .low = 0, .high = 1, .choices = (const char *const[])                              \
    {                                                                                  \
        first, second, NULL                                                            \
    }
#define PARAMETER_OFF_ON PARAMETER_EITHER("off", "on")

#define PARAMETER_LR                                                                   \
    {                                                                                  \
        .name = "lr", .aliases = "learning-rate", .symbol = "eta",                     \
        .doc = "learning rate", .preset = NULL, .preset_value = NAN, .low = 0,         \
        .low_open = true, .high = INFINITY,                                            \
    }

/* Beyond its range the weights 1+beta0 and -beta0 would cancel so many digits that
 * results showed rounding instead of the rule. */
#define PARAMETER_BETA0                                                                \
    {                                                                                  \
        .name = "beta0", .symbol = "beta_0",                                           \
        .doc = "positive-negative parameter: weights 1+beta0 and -beta0",              \
        .preset = "1", .preset_value = 1, .low = -1e8, .high = 1e8,                    \
    }

#define PARAMETER_BETA1 PARAMETER_BETA1_AT(0.9)
#define PARAMETER_BETA1_AT(value)                                                      \
    {                                                                                  \
        .name = "beta1", .aliases = "momentum", .symbol = "beta_1", .doc = "momentum", \
        .preset = #value, .preset_value = (value), .low = 0, .high = 1,                \
        .high_open = true,                                                             \
    }

#define PARAMETER_BETA2                                                                \
    {                                                                                  \
        .name = "beta2", .symbol = "beta_2",                                           \
        .doc = "decay of the mean of squared gradients", .preset = "0.999",            \
        .preset_value = 0.999, .low = 0, .high = 1, .high_open = true,                 \
    }

#define PARAMETER_EPSILON PARAMETER_EPSILON_AT(1e-8)
#define PARAMETER_EPSILON_AT(value)                                                    \
    {                                                                                  \
        .name = "epsilon", .symbol = "epsilon",                                        \
        .doc = "keeps the denominator from being 0", .preset = #value,                 \
        .preset_value = (value), .low = 0, .high = INFINITY,                           \
    }

/* For rules whose paper and PyTorch code differ; the rule's formula shows how. */
#define PARAMETER_CONVENTION                                                           \
    {                                                                                  \
        .name = "convention", .symbol = "",                                            \
        .doc = "the paper's algorithm or its PyTorch code, where they differ",         \
        .preset = "paper", .preset_value = CONVENTION_PAPER,                           \
        PARAMETER_EITHER("paper", "torch"),                                            \
    }
enum { CONVENTION_PAPER, CONVENTION_TORCH };

#define PARAMETER_LR_NORMALIZATION                                                     \
    {                                                                                  \
        .name = "lr-normalization", .symbol = "eta/sqrt(gamma)",                       \
        .doc = "divide the learning rate by sqrt((1+beta0)^2 + beta0^2)",              \
        .preset = "on", .preset_value = 1, PARAMETER_OFF_ON,                           \
    }

/* eta_0 = eta / sqrt((1+beta0)^2 + beta0^2), or eta where normalization is off. */
static inline double normalized_lr(double lr, double beta0, bool normalization)
{
    const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
    return normalization ? lr / sqrt(gamma) : lr;
}

/* base^n for |base| <= 1 by repeated squaring. In plain doubles each square doubles the
 * rounding error of the one before, n/2 ulp in all, which 1 - base^n would magnify; so
 * each number is a sum of two doubles. The result is the double nearest to the power
 * but for rare ties, like that of libm's pow, and the same on every machine. */
static inline double integer_power(double base, uint64_t n)
{
    double high = 1, low = 0, square = base, rest = 0;
    for (; n > 0; n >>= 1) {
        if (n & 1) {
            const double product = high * square;
            const double error =
                fma(high, square, -product) + (high * rest + low * square);
            high = product + error;
            low = error - (high - product);
        }
        const double product = square * square;
        const double error = fma(square, square, -product) + 2 * (square * rest);
        square = product + error;
        rest = error - (square - product);
    }
    return high;
}

/* 1 - decay^(t+1), the sum of the weights of an exponential mean after step t. */
static inline double mean_weight(double decay, uint64_t t)
{
    return 1 - integer_power(decay, t + 1);
}

/* An exponential mean after one more value. */
static inline double mean_next(double decay, double mean, double value)
{
    return decay * mean + (1 - decay) * value;
}

#endif
