/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/noise_law.h"

#include "base/random_kernel.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

bool noise_law_has_variance(struct noise_law law)
{
    return law.kind != NOISE_STABLE || law.parameter == 2;
}

double noise_law_alpha(struct noise_law law)
{
    return law.kind == NOISE_STABLE     ? law.parameter
           : law.kind == NOISE_GAUSSIAN ? 2
                                        : (double)NAN;
}

double noise_law_excess(struct noise_law law)
{
    if (!noise_law_has_variance(law))
        return INFINITY;
    return law.kind == NOISE_STUDENT ? 6 / (law.parameter - 4) : 0;
}

double noise_law_beyond(struct noise_law law, double at)
{
    if (law.kind != NOISE_STUDENT)
        return 2 * gsl_cdf_ugaussian_Q(at);
    const double nu = law.parameter;
    return 2 * gsl_cdf_tdist_Q(at * sqrt(nu / (nu - 2)), nu);
}

/* The words of a block; GSL's generators give 52 bits of each. */
static void draw_words(struct random_stream *stream, uint64_t words[RANDOM_BLOCK])
{
    if (stream->generator.kind != RANDOM_GSL)
        random_words(stream, words);
    else
        for (int i = 0; i < RANDOM_BLOCK; i++)
            words[i] = (uint64_t)(0x1p52 * gsl_rng_uniform(stream->gsl));
}

void noise_law_draw(struct noise_law law, struct random_stream *stream, size_t count,
                    double *out)
{
    if (law.kind == NOISE_GAUSSIAN) {
        random_normal(stream, count, out);
        return;
    }
    for (size_t i = 0; i < count; i += RANDOM_LANES) {
        uint64_t words[RANDOM_BLOCK];
        draw_words(stream, words);
        if (law.kind == NOISE_STABLE)
            stream->kernel->stable(law.parameter, words, out + i);
        else
            stream->kernel->student(law.parameter, words, out + i);
    }
}
