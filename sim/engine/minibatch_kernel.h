/* SPDX-License-Identifier: GPL-3.0-or-later */
/* minibatch_kernel.h: gradients of least squares from drawn examples, compiled once for
 * each instruction set (base/isa.h). */
#ifndef PNM_MINIBATCH_KERNEL_H
#define PNM_MINIBATCH_KERNEL_H

#include "base/isa.h"

#include <stddef.h>

/* Adds the gradients x (x'd - e) of examples of 64 chains to sum[n * 64], where d is
 * offset[n * 64], in units in which x ~ N(0, I): d and the gradient are then sqrt(h)
 * times, and 1/sqrt(h) times, what they are. normal[(example * (n + 1) + i) * 64 +
 * lane] is x_i or, for i = n, e/residual_sd. */
void ISA_NAME(minibatch_add)(size_t n, size_t examples, double residual_sd,
                             const double *offset, const double *normal, double *sum);

#endif
