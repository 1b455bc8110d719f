/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/network_kernel.h"

#include "base/elementary.h"
#include "losses/network.h"
#include "rules/rule_loops.h"

enum { LANES = RULE_LANES, UNITS = NETWORK_HIDDEN, CLASSES = NETWORK_CLASSES };

/* out = W in + b for a layer of `size` units with `inputs` inputs. */
static void layer(const double *restrict weight, const double *restrict bias,
                  int inputs, const double *restrict in, int size, double *restrict out)
{
    for (int i = 0; i < size; i++) {
        double own[LANES];
        for (int lane = 0; lane < LANES; lane++)
            own[lane] = bias[i * LANES + lane];
        for (int j = 0; j < inputs; j++)
            for (int lane = 0; lane < LANES; lane++)
                own[lane] = fma(weight[(i * inputs + j) * LANES + lane],
                                in[j * LANES + lane], own[lane]);
        for (int lane = 0; lane < LANES; lane++)
            out[i * LANES + lane] = own[lane];
    }
}

static void hyperbolic(double *x)
{
    for (int k = 0; k < UNITS * LANES; k++)
        x[k] = elementary_tanh(x[k]);
}

/* Replaces the classes' scores by the slopes of -log p_label, p - chosen. */
static void slopes(const double *restrict chosen, double *restrict score)
{
    double largest[LANES], sum[LANES] = {0};
    for (int lane = 0; lane < LANES; lane++)
        largest[lane] = score[lane];
    for (int k = 1; k < CLASSES; k++)
        for (int lane = 0; lane < LANES; lane++) {
            const double own = score[k * LANES + lane];
            largest[lane] = own > largest[lane] ? own : largest[lane];
        }
    for (int k = 0; k < CLASSES; k++)
        for (int lane = 0; lane < LANES; lane++) {
            const double apart = score[k * LANES + lane] - largest[lane];
            score[k * LANES + lane] = elementary_exp(apart > -700 ? apart : -700);
            sum[lane] += score[k * LANES + lane];
        }
    for (int k = 0; k < CLASSES; k++)
        for (int lane = 0; lane < LANES; lane++)
            score[k * LANES + lane] =
                score[k * LANES + lane] / sum[lane] - chosen[k * LANES + lane];
}

/* Derivatives with respect to the inputs of the tanh units one layer below, whose
 * outputs are `out`. */
static void slopes_below(const double *restrict slope, int size,
                         const double *restrict weight, const double *restrict out,
                         double *restrict below)
{
    for (int j = 0; j < UNITS; j++) {
        double sum[LANES] = {0};
        for (int i = 0; i < size; i++)
            for (int lane = 0; lane < LANES; lane++)
                sum[lane] = fma(slope[i * LANES + lane],
                                weight[(i * UNITS + j) * LANES + lane], sum[lane]);
        for (int lane = 0; lane < LANES; lane++) {
            const double own = out[j * LANES + lane];
            below[j * LANES + lane] = sum[lane] * (1 - own * own);
        }
    }
}

/* Adds weight times the derivatives with respect to a layer's weights and biases. */
static void add_layer(const double *restrict slope, int size, const double *restrict in,
                      int inputs, double weight, double *restrict sum_weight,
                      double *restrict sum_bias)
{
    for (int i = 0; i < size; i++) {
        double own[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            own[lane] = weight * slope[i * LANES + lane];
            sum_bias[i * LANES + lane] += own[lane];
        }
        for (int j = 0; j < inputs; j++)
            for (int lane = 0; lane < LANES; lane++)
                sum_weight[(i * inputs + j) * LANES + lane] =
                    fma(own[lane], in[j * LANES + lane],
                        sum_weight[(i * inputs + j) * LANES + lane]);
    }
}

void ISA_NAME(network_add)(const double *restrict theta, const double *restrict x,
                           const double *restrict chosen, double weight,
                           double *restrict sum)
{
    double first[UNITS * LANES], second[UNITS * LANES], third[CLASSES * LANES];
    double at_first[UNITS * LANES], at_second[UNITS * LANES];
    layer(theta + NETWORK_W1 * LANES, theta + NETWORK_B1 * LANES, NETWORK_INPUTS, x,
          UNITS, first);
    hyperbolic(first);
    layer(theta + NETWORK_W2 * LANES, theta + NETWORK_B2 * LANES, UNITS, first, UNITS,
          second);
    hyperbolic(second);
    layer(theta + NETWORK_W3 * LANES, theta + NETWORK_B3 * LANES, UNITS, second,
          CLASSES, third);
    slopes(chosen, third);
    slopes_below(third, CLASSES, theta + NETWORK_W3 * LANES, second, at_second);
    slopes_below(at_second, UNITS, theta + NETWORK_W2 * LANES, first, at_first);
    add_layer(third, CLASSES, second, UNITS, weight, sum + NETWORK_W3 * LANES,
              sum + NETWORK_B3 * LANES);
    add_layer(at_second, UNITS, first, UNITS, weight, sum + NETWORK_W2 * LANES,
              sum + NETWORK_B2 * LANES);
    add_layer(at_first, UNITS, x, NETWORK_INPUTS, weight, sum + NETWORK_W1 * LANES,
              sum + NETWORK_B1 * LANES);
}
