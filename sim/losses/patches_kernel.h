/* SPDX-License-Identifier: GPL-3.0-or-later */
/* patches_kernel.h: the inner loops of patches.c, compiled once for each instruction
 * set. All sums have a fixed order, whatever the width of a vector. */
#ifndef PNM_PATCHES_KERNEL_H
#define PNM_PATCHES_KERNEL_H

#include "base/isa.h"

#include <stddef.h>

enum { PATCHES_LANES = 8 };

/* `lanes` is a multiple of PATCHES_LANES throughout. */
struct patches_kernel {
    /* out[r][l] = sum over s of x[r][s] y[s][l], in the order of s by fma. x has rows
     * of `inner` numbers, y and out rows of `lanes`. */
    void (*product)(size_t rows, size_t inner, size_t lanes, const double *x,
                    const double *y, double *out);
    /* sum[l] = sum over r of score[r][l]^3, in the order of r. */
    void (*cubes)(size_t rows, size_t lanes, const double *score, double *sum);
    /* score[r][l] = weight[l] score[r][l]^2. */
    void (*squares)(size_t rows, size_t lanes, const double *weight, double *score);
    /* loss = log(1 + exp(-margin)) and slope = 1/(1 + exp(margin)). */
    void (*logistic)(size_t lanes, const double *margin, double *loss, double *slope);
};

ISA_DECLARE(const struct patches_kernel, patches_kernel);

#endif
