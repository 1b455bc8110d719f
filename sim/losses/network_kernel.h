/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_kernel.h: gradients of the network of network.h for 64 chains at once,
 * compiled once for each instruction set (base/isa.h). */
#ifndef PNM_NETWORK_KERNEL_H
#define PNM_NETWORK_KERNEL_H

#include "base/isa.h"

/* Adds weight times the gradient of -log p_label of one example a chain to
 * sum[NETWORK_PARAMETERS * 64]. theta[NETWORK_PARAMETERS * 64], x[NETWORK_INPUTS * 64]
 * and chosen[NETWORK_CLASSES * 64], which is 1 for the chain's label and 0 for the
 * other classes, are laid out as [i * 64 + lane]. */
void ISA_NAME(network_add)(const double *theta, const double *x, const double *chosen,
                           double weight, double *sum);

#endif
