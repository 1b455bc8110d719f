/* estimate.h: the confidence bands of estimates, and the errors to plan for. */
#ifndef PNM_ESTIMATE_H
#define PNM_ESTIMATE_H

#include <stdint.h>

/* Two-sided level 1e-6 a row: 1000 rows have a family-wise error below 0.1 %. */
#define ESTIMATE_Z 4.89
#define ESTIMATE_LEVEL 1e-6
/* The margin: a prediction holds if it is right within 1 % of its scale. */
#define ESTIMATE_MARGIN 0.01
/* Numerical tolerance, relative, where nothing is sampled. */
#define ESTIMATE_TOLERANCE 1e-12
/* Fewer chains or effective samples than these decide nothing. */
enum { ESTIMATE_MIN_CHAINS = 30, ESTIMATE_MIN_SAMPLES = 10000 };
/* From this many chains on the normal quantile serves; below it Student's t. */
enum { ESTIMATE_NORMAL_CHAINS = 1000 };

/* Half-width of the confidence band of an estimate with standard error `se` from so
 * many chains: z* se, or Student's t below ESTIMATE_NORMAL_CHAINS. INFINITY for one
 * chain. */
double estimate_half_width(double se, uint64_t chains);

/* The standard error to plan for, absolute: `precision` of the scale, or less where
 * paper and exact lie so close to the margin that more is needed to tell. */
double estimate_target(double precision, double exact, double paper, double scale);

#endif
