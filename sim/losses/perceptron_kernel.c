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
    for (size_t r = 0; r < rows; r++, a += lanes)
        if (relu)
            for (size_t l = 0; l < lanes; l++) {
                const double score = a[l] + bias[l];
                a[l] = score <= 0 ? 0 : score;
            }
        else
            for (size_t l = 0; l < lanes; l++) {
                const double score = a[l] + bias[l];
                a[l] = elementary_tanh(score) + (score - score);
            }
}

static void back(bool relu, size_t rows, size_t lanes, const double *restrict a,
                 double *restrict slope)
{
    for (size_t k = 0; k < rows * lanes; k++)
        slope[k] = relu ? (a[k] > 0 ? slope[k] : 0) : slope[k] * fma(-a[k], a[k], 1.0);
}

/* Rows whose exponentials and logarithms are taken together. */
enum { SOFTMAX_ROWS = 16 };

/* Adds the bias to a row of scores, subtracts the largest of them, and returns the
 * label's; *odd is no number if a score is none. */
static double below_largest(size_t classes, const double *restrict bias, uint32_t label,
                            double *restrict score, double *odd)
{
    double most = -HUGE_VAL;
    *odd = 0;
    for (size_t c = 0; c < classes; c++) {
        score[c] += bias[c];
        most = score[c] > most ? score[c] : most;
        *odd += score[c] - score[c];
    }
    for (size_t c = 0; c < classes; c++)
        score[c] -= most;
    return score[label];
}

/* What is below e^-600 of the largest counts as 0. */
static double softmax_block(size_t rows, size_t classes, double weight,
                            const double *restrict bias, const uint32_t *restrict label,
                            double *restrict score, double loss)
{
    double own[SOFTMAX_ROWS], odd[SOFTMAX_ROWS], sum[SOFTMAX_ROWS];
    for (size_t r = 0; r < rows; r++)
        own[r] = below_largest(classes, bias, label[r], score + r * classes, &odd[r]);
    for (size_t k = 0; k < rows * classes; k++)
        score[k] = score[k] > -600 ? elementary_exp(score[k]) : 0;
    for (size_t r = 0; r < rows; r++) {
        sum[r] = 0;
        for (size_t c = 0; c < classes; c++)
            sum[r] += score[r * classes + c];
        const double share = weight / sum[r];
        for (size_t c = 0; c < classes; c++)
            score[r * classes + c] *= share;
        score[r * classes + label[r]] -= weight;
    }
    for (size_t r = 0; r < rows; r++)
        sum[r] = elementary_log(sum[r]);
    for (size_t r = 0; r < rows; r++)
        loss += sum[r] - own[r] + odd[r];
    return loss;
}

static double softmax(size_t rows, size_t classes, double weight,
                      const double *restrict bias, const uint32_t *restrict label,
                      double *restrict score)
{
    double loss = 0;
    for (size_t r = 0; r < rows; r += SOFTMAX_ROWS)
        loss = softmax_block(rows - r < SOFTMAX_ROWS ? rows - r : SOFTMAX_ROWS, classes,
                             weight, bias, label + r, score + r * classes, loss);
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
