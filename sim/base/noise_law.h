/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_law.h: laws of the gradient noise, and draws from them with the same bits on
 * every machine. */
#ifndef PNM_NOISE_LAW_H
#define PNM_NOISE_LAW_H

#include "base/random.h"

#include <stdbool.h>

enum noise_law_kind { NOISE_GAUSSIAN, NOISE_STUDENT, NOISE_STABLE };

/* A symmetric law. Zeroed: N(0,1). Student's t with `parameter` degrees of freedom is
 * scaled to variance 1. The stable law with `parameter` alpha has the characteristic
 * function exp(-|t/sqrt(2)|^alpha), which is that of N(0,1) at alpha = 2. */
struct noise_law {
    enum noise_law_kind kind;
    double parameter;
};

/* Parameters that are allowed. Above 4 degrees of freedom a fourth moment exists, and
 * with it a standard error of a variance. Above alpha = 1/2 no draw, and no square of
 * one, leaves the range of doubles. */
#define NOISE_STUDENT_ABOVE 4.0
#define NOISE_STUDENT_MOST 1e6
#define NOISE_STABLE_LEAST 0.5
#define NOISE_STABLE_MOST 2.0

/* Whether the law has a variance, which is then 1. */
bool noise_law_has_variance(struct noise_law law);

/* The exponent alpha of the stable laws, of which the Gaussian is that at 2; NAN for
 * Student's t, which is not stable. */
double noise_law_alpha(struct noise_law law);

/* The excess kurtosis, E x^4 - 3; INFINITY without a variance. */
double noise_law_excess(struct noise_law law);

/* P(|x| > at) for at >= 0 of a law with a variance. For plans and verdicts, not for
 * draws. */
double noise_law_beyond(struct noise_law law, double at);

/* Fills out[0..count) with independent numbers of the law; count is a multiple of
 * RANDOM_BLOCK. N(0,1) is random_normal; of the others each number takes two words of
 * the stream, and none is rejected. Stable: Chambers, Mallows and Stuck, J. Am. Stat.
 * Assoc. 71 (1976) 340; Student's t: Bailey, Math. Comp. 62 (1994) 779. */
void noise_law_draw(struct noise_law law, struct random_stream *stream, size_t count,
                    double *out);

#endif
