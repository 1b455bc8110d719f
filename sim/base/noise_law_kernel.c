/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_law_kernel.c: transforms of random words into numbers of a law; noise_law.h
 * says which laws. All loops are free of branches. */
#include "base/elementary.h"
#include "base/random_kernel.h"

static const uint64_t mantissa = 0x000fffffffffffffu;
static const uint64_t one = 0x3ff0000000000000u;

/* (j + 1/2) 2^-52 - centre with j in 0..2^52-1 from the word's low bits, without
 * rounding for a centre of 0 or 1/2: uniform, and neither 0 nor 1 for a centre of 0. */
static inline double uniform(uint64_t word, double centre)
{
    return (elementary_double((word & mantissa) | one) - (1 + centre)) + 0x1p-53;
}

/* log |cos(pi x)|, for |x| <= 1/2. */
static inline double log_cos_pi(double x)
{
    return elementary_log(fabs(elementary_sin_pi(x + 0.5)));
}

/* With V uniform in (-pi/2, pi/2) and W exponential,
 * sin(alpha V)/cos(V)^(1/alpha) [cos((1 - alpha) V)/W]^((1 - alpha)/alpha)
 * has the characteristic function exp(-|t|^alpha). At alpha = 1 it is tan V. */
void ISA_NAME(noise_law_stable)(double alpha, const uint64_t words[RANDOM_BLOCK],
                                double out[RANDOM_LANES])
{
    const double power = (1 - alpha) / alpha, inverse = 1 / alpha;
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        const double v = uniform(words[lane], 0.5);
        const double w = -elementary_log(uniform(words[RANDOM_LANES + lane], 0));
        const double sine = elementary_sin_pi(alpha * v);
        const double rest = log_cos_pi((1 - alpha) * v) - elementary_log(w);
        const double size = elementary_exp(
            fma(power, rest, fma(-inverse, log_cos_pi(v), elementary_log(fabs(sine)))));
        out[lane] = copysign(0x1.6a09e667f3bcdp-1 * size, sine);
    }
}

/* sqrt(nu (U^(-2/nu) - 1)) cos(2 pi U') has Student's law with nu degrees of freedom;
 * here it is scaled to variance 1. */
void ISA_NAME(noise_law_student)(double nu, const uint64_t words[RANDOM_BLOCK],
                                 double out[RANDOM_LANES])
{
    const double power = -2 / nu, scale = nu - 2;
#pragma omp simd
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        const double u = elementary_log(uniform(words[lane], 0));
        const double turn = uniform(words[RANDOM_LANES + lane], 0.5);
        out[lane] = sqrt(scale * elementary_expm1(power * u)) *
                    elementary_sin_pi(2 * turn + 0.5);
    }
}
