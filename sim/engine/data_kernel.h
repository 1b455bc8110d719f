/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_kernel.h: gradients of least squares from rows of a data set, compiled once for
 * each instruction set (base/isa.h). */
#ifndef PNM_DATA_KERNEL_H
#define PNM_DATA_KERNEL_H

#include "base/isa.h"

#include <stddef.h>
#include <stdint.h>

/* Adds the gradients x_k (x_k'd - e_k) of one example of each of 64 chains to sum[n *
 * 64], where k is row[lane], x is rows x n, and d is offset[n * 64]. */
void ISA_NAME(data_add)(size_t n, const double *x, const double *e, const uint32_t *row,
                        const double *offset, double *sum);

#endif
