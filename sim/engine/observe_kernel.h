/* SPDX-License-Identifier: GPL-3.0-or-later */
/* observe_kernel.h: the inner loops of observers, of correlated noise and of rotated
 * steps, compiled once for each instruction set and called through struct kernels.
 *
 * A trajectory holds theta of 64 lanes after each step: trajectory[k * 64 + lane]. */
#ifndef PNM_OBSERVE_KERNEL_H
#define PNM_OBSERVE_KERNEL_H

#include "engine/kernels.h"

/* trajectory -= centre[lane]. */
void ISA_NAME(observe_centre)(size_t steps, const double *centre, double *trajectory);

/* sum[lane] += sum_k trajectory, square[lane] += sum_k trajectory^2. */
void ISA_NAME(observe_moments)(size_t steps, const double *trajectory, double *sum,
                               double *square);

/* product[lane] += sum_k a b over two trajectories. */
void ISA_NAME(observe_product)(size_t steps, const double *a, const double *b,
                               double *product);

/* Adds one step's u = (theta - theta')/rate - mean, or 0 if `use` is 0: sum += u,
 * square
 * += u^2, lag1 += u times the u of the step before. chain holds OBSERVE_DIRECTION_SUMS
 * rows of 64. */
void ISA_NAME(observe_direction)(const double *trajectory, double per_rate, double mean,
                                 double use, double *chain);

/* gradient = h (z - centre) + slope + sd xi, 64 numbers each. */
void ISA_NAME(observe_pull)(double h, double centre, double slope, double sd,
                            const double *z, const double *xi, double *gradient);

/* out[i] = sum_j matrix[i * n + j] in[j] for n rows of 64 numbers. */
void ISA_NAME(observe_rotate)(size_t n, const double *matrix, const double *in,
                              double *out);

/* noise[i] = sum_{j<=i} factor[i * n + j] normal[j] for n rows of `length` numbers. */
void ISA_NAME(observe_correlate)(size_t n, size_t length, const double *factor,
                                 const double *normal, double *noise);

#endif
