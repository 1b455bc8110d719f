/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/perceptron.h"

#include "losses/perceptron_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where the parts of theta begin. */
struct layout {
    size_t b1, w2, b2, end;
};

static struct layout layout_of(const struct perceptron_shape *shape)
{
    struct layout at;
    at.b1 = shape->features * shape->hidden;
    at.w2 = at.b1 + shape->hidden;
    at.b2 = at.w2 + shape->hidden * shape->classes;
    at.end = at.b2 + shape->classes;
    return at;
}

size_t perceptron_weights(const struct perceptron_shape *shape)
{
    return layout_of(shape).end;
}

void perceptron_start(const struct perceptron_shape *shape, const double *normal,
                      double *theta)
{
    const struct layout at = layout_of(shape);
    const double gain = shape->activation == PERCEPTRON_RELU ? 2 : 1;
    const double first = sqrt(gain / (double)shape->features);
    const double second = sqrt(gain / (double)shape->hidden);
    for (size_t k = 0; k < at.end; k++)
        theta[k] = (k < at.b1   ? first
                    : k < at.w2 ? 0
                    : k < at.b2 ? second
                                : 0) *
                   normal[k];
}

int perceptron_init(struct perceptron *net, const struct perceptron_shape *shape,
                    size_t most, struct error *error)
{
    static const struct perceptron_kernel *const kernels[] = {
        ISA_TABLE(perceptron_kernel)};
    enum isa isa = ISA_BASE;
    *net = (struct perceptron){.shape = *shape, .most = most};
    const int status = isa_find(&isa, error);
    if (status != STATUS_OK)
        return status;
    net->kernel = kernels[isa];
    const size_t a_row = shape->features + 2 * shape->hidden + shape->classes;
    net->x = calloc(most * a_row + shape->classes * shape->hidden + 1, sizeof *net->x);
    net->label = calloc(most + 1, sizeof *net->label);
    if (!net->x || !net->label)
        return error_memory(error, "the activations of the network");
    net->a = net->x + most * shape->features;
    net->slope = net->a + most * shape->hidden;
    net->score = net->slope + most * shape->hidden;
    net->turned = net->score + most * shape->classes;
    return STATUS_OK;
}

void perceptron_free(struct perceptron *net)
{
    free(net->x);
    free(net->label);
    *net = (struct perceptron){0};
}

/* The activations and the scores, without their bias, of count <= most examples. */
static void forward(struct perceptron *net, const double *theta, size_t count,
                    const double *x)
{
    const struct perceptron_shape *shape = &net->shape;
    const struct layout at = layout_of(shape);
    net->kernel->product(count, shape->features, shape->hidden, x, theta, net->a);
    net->kernel->activate(shape->activation == PERCEPTRON_RELU, count, shape->hidden,
                          theta + at.b1, net->a);
    net->kernel->product(count, shape->hidden, shape->classes, net->a, theta + at.w2,
                         net->score);
}

double perceptron_gradient(struct perceptron *net, const double *theta, size_t count,
                           const double *x, const uint32_t *label, const uint32_t *row,
                           double *gradient)
{
    const struct perceptron_shape *shape = &net->shape;
    const struct perceptron_kernel *kernel = net->kernel;
    const struct layout at = layout_of(shape);
    const size_t hidden = shape->hidden, classes = shape->classes;
    for (size_t k = 0; row && k < count; k++) {
        memcpy(net->x + k * shape->features, x + row[k] * shape->features,
               shape->features * sizeof *x);
        net->label[k] = label[row[k]];
    }
    if (row) {
        x = net->x;
        label = net->label;
    }
    forward(net, theta, count, x);
    const double weight = 1 / (double)count;
    const double loss =
        kernel->softmax(count, classes, weight, theta + at.b2, label, net->score);
    for (size_t j = 0; j < hidden; j++)
        for (size_t c = 0; c < classes; c++)
            net->turned[c * hidden + j] = theta[at.w2 + j * classes + c];
    kernel->product(count, classes, hidden, net->score, net->turned, net->slope);
    kernel->back(shape->activation == PERCEPTRON_RELU, count, hidden, net->a,
                 net->slope);
    kernel->product_transposed(shape->features, count, hidden, x, net->slope, gradient);
    kernel->sum_rows(count, hidden, net->slope, gradient + at.b1);
    kernel->product_transposed(hidden, count, classes, net->a, net->score,
                               gradient + at.w2);
    kernel->sum_rows(count, classes, net->score, gradient + at.b2);
    return loss * weight;
}

/* The class with the largest score. */
static uint32_t largest(size_t classes, const double *score, const double *bias)
{
    uint32_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (score[c] + bias[c] > score[best] + bias[best])
            best = (uint32_t)c;
    return best;
}

double perceptron_classify(struct perceptron *net, const double *theta, size_t count,
                           const double *x, const uint32_t *label, uint32_t *chosen)
{
    const struct perceptron_shape *shape = &net->shape;
    const double *bias = theta + layout_of(shape).b2;
    double loss = 0;
    for (size_t from = 0; from < count; from += net->most) {
        const size_t rows = count - from < net->most ? count - from : net->most;
        forward(net, theta, rows, x + from * shape->features);
        for (size_t k = 0; k < rows; k++)
            chosen[from + k] =
                largest(shape->classes, net->score + k * shape->classes, bias);
        loss += net->kernel->softmax(rows, shape->classes, 1, bias, label + from,
                                     net->score);
    }
    if (!isfinite(loss)) {
        memset(chosen, 0, count * sizeof *chosen);
        return NAN;
    }
    return loss / (double)count;
}
