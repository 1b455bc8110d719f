/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perceptron_kernel.h: the inner loops of perceptron.c, compiled once for each
 * instruction set. All sums have a fixed order, whatever the width of a vector. */
#ifndef PNM_PERCEPTRON_KERNEL_H
#define PNM_PERCEPTRON_KERNEL_H

#include "base/isa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct perceptron_kernel {
    /* out (rows x lanes) = x (rows x inner) y (inner x lanes); that of the transposed
     * one takes x as inner x rows. */
    void (*product)(size_t rows, size_t inner, size_t lanes, const double *x,
                    const double *y, double *out);
    void (*product_transposed)(size_t rows, size_t inner, size_t lanes, const double *x,
                               const double *y, double *out);
    /* a[r][l] = s(a[r][l] + bias[l]), s = tanh or, if `relu`, max(0, .). */
    void (*activate)(bool relu, size_t rows, size_t lanes, const double *bias,
                     double *a);
    /* slope[r][l] *= s'(.), known by a = s(.). */
    void (*back)(bool relu, size_t rows, size_t lanes, const double *a, double *slope);
    /* Adds the bias to the scores of each row and replaces them by the gradient of the
     * row's loss, weight (softmax(score) - [label]). Returns the sum of the losses, in
     * the order of the rows; it is no finite number if a score is none. */
    double (*softmax)(size_t rows, size_t classes, double weight, const double *bias,
                      const uint32_t *label, double *score);
    /* sum[l] = sum over r of x[r][l], in the order of r. */
    void (*sum_rows)(size_t rows, size_t lanes, const double *x, double *sum);
};

ISA_DECLARE(const struct perceptron_kernel, perceptron_kernel);

#endif
