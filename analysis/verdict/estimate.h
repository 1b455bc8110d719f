/* SPDX-License-Identifier: GPL-3.0-or-later */
/* estimate.h: the confidence bands of estimates, and the errors to plan for. */
#ifndef PNM_ESTIMATE_H
#define PNM_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

/* z* of the two-sided level 1e-6 a row: 1000 rows have a family-wise error of at most
 * 0.1 %. */
#define ESTIMATE_Z 4.89
#define ESTIMATE_LEVEL 1e-6
/* The margin: a prediction holds if its error is at most 1 % of its scale. */
#define ESTIMATE_MARGIN 0.01
/* Relative numerical tolerance of numbers that are not sampled. */
#define ESTIMATE_TOLERANCE 1e-12
/* Verdicts need at least as many chains and effective samples as these. */
enum { ESTIMATE_MIN_CHAINS = 30, ESTIMATE_MIN_SAMPLES = 10000 };
/* From this many chains on the band uses the normal quantile, below it Student's t. */
enum { ESTIMATE_NORMAL_CHAINS = 1000 };

/* Half-width of the confidence band of an estimate with standard error `se` from
 * `chains` chains: z* se, or Student's t below ESTIMATE_NORMAL_CHAINS. INFINITY for one
 * chain. */
double estimate_half_width(double se, uint64_t chains);

/* The number of chains whose spread is as well known as that of a sum of independent
 * estimates: by Welch and Satterthwaite it has (sum of v)^2 / sum of v^2/(n - 1)
 * degrees of freedom, where v are the estimates' squared errors and n their chains.
 * Both sums are given; a sum without error gets `fewest`. */
uint64_t estimate_chains(double squares, double fourths, uint64_t fewest);

/* The absolute standard error to plan for: `precision` times the scale, or less if
 * paper and exact differ by so nearly the margin that a verdict needs it. */
double estimate_target(double precision, double exact, double paper, double scale);

/* Whether `chains` independent numbers are too skewed for the z* of their mean. By
 * Edgeworth's expansion a skewness g multiplies the probability beyond z standard
 * errors by about 1 + g (z^3 - 3 z)/(6 sqrt(chains)), which may be 2. */
bool estimate_is_skewed(double skewness, uint64_t chains);

#endif
