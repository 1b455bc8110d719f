/* descent_kernel.h: the inner loops of chains on a smooth loss, once for each
 * instruction set; reached through struct kernels. Rows have 64 lanes, of which the
 * even ones are the first half and the odd ones the second. */
#ifndef PNM_DESCENT_KERNEL_H
#define PNM_DESCENT_KERNEL_H

#include "engine/kernels.h"

/* sample = exact + sd normal, `count` numbers each. */
void ISA_NAME(descent_add_noise)(size_t count, double sd, const double *exact,
                                 const double *normal, double *sample);

/* Of |exact|^2, the square of n coordinates, and then of value - minimum: mean and sum
 * of squared deviations from it over the first half's lanes below `lanes`, then the
 * second's. 0 where a half has none. So out has 8 numbers. */
void ISA_NAME(descent_observe)(size_t n, int lanes, const double *exact,
                               const double *value, double minimum, double *out);

/* OBSERVE_PAIRS pairs x, y of rows: for each pair, and in it for the lanes of either
 * half that are below `lanes`, five numbers: the means of x and y, the sums of products
 * of deviations xx, xy, yy, as comoments_add adds them lane by lane (moments.h). */
void ISA_NAME(descent_observe_pairs)(int lanes, const double *rows, double *out);

#endif
