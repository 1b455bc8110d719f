/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_kernel.h: the inner loop of the filters of control.h, compiled once for each
 * instruction set and called through struct kernels. */
#ifndef PNM_CONTROL_KERNEL_H
#define PNM_CONTROL_KERNEL_H

#include "engine/kernels.h"

/* Advances the filters of 64 lanes by `steps` steps of the noise of random numbers
 * normal[k * stride + lane]; state s reads those at s * shift. If product is not NULL,
 * it adds to product[p * 64 + lane] the sum over the steps of the p-th product of two
 * states (control.h). lanes->states is at least 1. */
void ISA_NAME(control_advance)(size_t steps, size_t stride, size_t shift,
                               const double *normal, struct control_lanes *lanes,
                               double *product);

/* Advances them and sets record[s * stride_record + k * 64 + lane] to state s after
 * step k. */
void ISA_NAME(control_record)(size_t steps, size_t stride, size_t shift,
                              const double *normal, struct control_lanes *lanes,
                              size_t stride_record, double *record);

#endif
