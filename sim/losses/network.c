/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/network.h"

#include "base/elementary.h"

/* The outputs of both hidden layers' units, and the classes' probabilities. */
struct activity {
    double first[NETWORK_HIDDEN], second[NETWORK_HIDDEN];
    double probability[NETWORK_CLASSES];
};

/* out = W in + b for a layer of `size` units with `inputs` inputs. */
static void layer(const double *weight, const double *bias, int inputs,
                  const double *in, int size, double *out)
{
    for (int i = 0; i < size; i++) {
        out[i] = bias[i];
        for (int j = 0; j < inputs; j++)
            out[i] += weight[i * inputs + j] * in[j];
    }
}

/* Replaces the classes' scores by their probabilities. Subtracting the largest score
 * first keeps the exponentials from overflowing. */
static void softmax(double probability[NETWORK_CLASSES])
{
    double largest = probability[0], sum = 0;
    for (int k = 1; k < NETWORK_CLASSES; k++)
        largest = fmax(largest, probability[k]);
    for (int k = 0; k < NETWORK_CLASSES; k++) {
        probability[k] = elementary_exp(fmax(probability[k] - largest, -700));
        sum += probability[k];
    }
    for (int k = 0; k < NETWORK_CLASSES; k++)
        probability[k] /= sum;
}

static void forward(const double *theta, const double *x, struct activity *activity)
{
    layer(theta + NETWORK_W1, theta + NETWORK_B1, NETWORK_INPUTS, x, NETWORK_HIDDEN,
          activity->first);
    for (int i = 0; i < NETWORK_HIDDEN; i++)
        activity->first[i] = elementary_tanh(activity->first[i]);
    layer(theta + NETWORK_W2, theta + NETWORK_B2, NETWORK_HIDDEN, activity->first,
          NETWORK_HIDDEN, activity->second);
    for (int i = 0; i < NETWORK_HIDDEN; i++)
        activity->second[i] = elementary_tanh(activity->second[i]);
    layer(theta + NETWORK_W3, theta + NETWORK_B3, NETWORK_HIDDEN, activity->second,
          NETWORK_CLASSES, activity->probability);
    softmax(activity->probability);
}

void network_probabilities(const double *theta, const double *x,
                           double probability[NETWORK_CLASSES])
{
    struct activity activity;
    forward(theta, x, &activity);
    for (int k = 0; k < NETWORK_CLASSES; k++)
        probability[k] = activity.probability[k];
}

/* Derivatives of the loss with respect to a layer's weights and biases, from those with
 * respect to the inputs of its units, slope[size]. */
static void layer_gradient(const double *slope, int size, const double *in, int inputs,
                           double *weight, double *bias)
{
    for (int i = 0; i < size; i++) {
        bias[i] = slope[i];
        for (int j = 0; j < inputs; j++)
            weight[i * inputs + j] = slope[i] * in[j];
    }
}

/* Derivatives with respect to the inputs of the tanh units one layer below, whose
 * outputs are `out`, from slope[size] and the weights between the layers. */
static void slope_below(const double *slope, int size, const double *weight,
                        const double *out, double below[NETWORK_HIDDEN])
{
    for (int j = 0; j < NETWORK_HIDDEN; j++) {
        double sum = 0;
        for (int i = 0; i < size; i++)
            sum += slope[i] * weight[i * NETWORK_HIDDEN + j];
        below[j] = sum * (1 - out[j] * out[j]);
    }
}

void network_gradient(const double *theta, const double *x, int label,
                      double gradient[NETWORK_PARAMETERS])
{
    struct activity activity;
    double third[NETWORK_CLASSES], second[NETWORK_HIDDEN], first[NETWORK_HIDDEN];
    forward(theta, x, &activity);
    for (int k = 0; k < NETWORK_CLASSES; k++)
        third[k] = activity.probability[k] - (k == label);
    slope_below(third, NETWORK_CLASSES, theta + NETWORK_W3, activity.second, second);
    slope_below(second, NETWORK_HIDDEN, theta + NETWORK_W2, activity.first, first);
    layer_gradient(third, NETWORK_CLASSES, activity.second, NETWORK_HIDDEN,
                   gradient + NETWORK_W3, gradient + NETWORK_B3);
    layer_gradient(second, NETWORK_HIDDEN, activity.first, NETWORK_HIDDEN,
                   gradient + NETWORK_W2, gradient + NETWORK_B2);
    layer_gradient(first, NETWORK_HIDDEN, x, NETWORK_INPUTS, gradient + NETWORK_W1,
                   gradient + NETWORK_B1);
}
