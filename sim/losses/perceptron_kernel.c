/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/perceptron_kernel.h"

#include "base/elementary.h"
#include "losses/product.h"

static void product(size_t rows, size_t inner, size_t lanes, const double *restrict x,
                    const double *restrict y, double *restrict out)
{
    product_of(rows, inner, lanes, (struct product_matrix){x, inner, 1}, y, out);
}

static void product_transposed(size_t rows, size_t inner, size_t lanes,
                               const double *restrict x, const double *restrict y,
                               double *restrict out)
{
    product_of(rows, inner, lanes, (struct product_matrix){x, 1, rows}, y, out);
}

/* A score that is no number stays none: it must not become a 0 of relu. */
static void activate(bool relu, size_t rows, size_t lanes, const double *restrict bias,
                     double *restrict a)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < lanes; l++) {
            const double score = a[r * lanes + l] + bias[l];
            a[r * lanes + l] = relu ? (score <= 0 ? 0 : score)
                                    : elementary_tanh(score) + (score - score);
        }
}

static void back(bool relu, size_t rows, size_t lanes, const double *restrict a,
                 double *restrict slope)
{
    for (size_t k = 0; k < rows * lanes; k++)
        slope[k] = relu ? (a[k] > 0 ? slope[k] : 0) : slope[k] * fma(-a[k], a[k], 1.0);
}

/* What is below e^-600 of the largest counts as 0. */
static double softmax_row(size_t classes, double weight, const double *restrict bias,
                          uint32_t label, double *restrict score)
{
    double most = -HUGE_VAL, sum = 0, odd = 0;
    for (size_t c = 0; c < classes; c++) {
        score[c] += bias[c];
        most = score[c] > most ? score[c] : most;
        odd += score[c] - score[c];
    }
    const double own = score[label] - most;
    for (size_t c = 0; c < classes; c++) {
        const double below = score[c] - most;
        score[c] = below > -600 ? elementary_exp(below) : 0;
    }
    for (size_t c = 0; c < classes; c++)
        sum += score[c];
    const double share = weight / sum;
    for (size_t c = 0; c < classes; c++)
        score[c] *= share;
    score[label] -= weight;
    return elementary_log(sum) - own + odd;
}

static double softmax(size_t rows, size_t classes, double weight,
                      const double *restrict bias, const uint32_t *restrict label,
                      double *restrict score)
{
    double loss = 0;
    for (size_t r = 0; r < rows; r++)
        loss += softmax_row(classes, weight, bias, label[r], score + r * classes);
    return loss;
}

static void sum_rows(size_t rows, size_t lanes, const double *restrict x,
                     double *restrict sum)
{
    for (size_t l = 0; l < lanes; l++)
        sum[l] = 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t l = 0; l < lanes; l++)
            sum[l] += x[r * lanes + l];
}

const struct perceptron_kernel ISA_NAME(perceptron_kernel) = {
    .product = product,
    .product_transposed = product_transposed,
    .activate = activate,
    .back = back,
    .softmax = softmax,
    .sum_rows = sum_rows,
};
