/* SPDX-License-Identifier: GPL-3.0-or-later */
/* descent_kernel.h: the inner loops of chains on a smooth loss, compiled once
 * for each instruction set and called through struct kernels. Rows have 64 lanes; the
 * even ones are the first half, the odd ones the second. */
#ifndef PNM_DESCENT_KERNEL_H
#define PNM_DESCENT_KERNEL_H

#include "engine/kernels.h"

/* sample = exact + sd normal, `count` numbers each. */
void ISA_NAME(descent_add_noise)(size_t count, double sd, const double *exact,
                                 const double *normal, double *sample);

/* Sets out[8] to the mean and the sum of squared deviations over each half's lanes
 * below `lanes`, first half first: four numbers for ||exact||^2 over n coordinates,
 * then four for value - minimum. A half without lanes gives 0. */
void ISA_NAME(descent_observe)(size_t n, int lanes, const double *exact,
                               const double *value, double minimum, double *out);

/* For each of OBSERVE_PAIRS pairs x, y of rows, and for each half's lanes below
 * `lanes`, sets five numbers: the means of x and y and the sums of products of
 * deviations xx, xy, yy, as comoments_add adds them lane by lane (moments.h). */
void ISA_NAME(descent_observe_pairs)(int lanes, const double *rows, double *out);

#endif
