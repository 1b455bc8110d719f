/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/network_law.h"

#include "base/elementary.h"

#include <stdbool.h>
#include <string.h>

/* A number with its derivatives along two parameters, and the mixed second one. */
struct jet {
    double value, a, b, ab;
};

static struct jet constant(double value)
{
    return (struct jet){value, 0, 0, 0};
}

/* Parameter k with its derivatives along parameters a and b. */
static struct jet parameter(const double *theta, int k, int a, int b)
{
    return (struct jet){theta[k], k == a, k == b, 0};
}

static struct jet sum(struct jet x, struct jet y)
{
    return (struct jet){x.value + y.value, x.a + y.a, x.b + y.b, x.ab + y.ab};
}

static struct jet product(struct jet x, struct jet y)
{
    return (struct jet){
        x.value * y.value,
        x.a * y.value + x.value * y.a,
        x.b * y.value + x.value * y.b,
        x.ab * y.value + x.a * y.b + x.b * y.a + x.value * y.ab,
    };
}

/* The jet of tanh x. The value tanh_x is given, as it is the same for all pairs of
 * parameters. */
static struct jet hyperbolic(struct jet x, double tanh_x)
{
    const double slope = 1 - tanh_x * tanh_x, curvature = -2 * tanh_x * slope;
    return (struct jet){tanh_x, slope * x.a, slope * x.b,
                        slope * x.ab + curvature * x.a * x.b};
}

/* Values of the hidden units at one input. */
struct hidden {
    bool known;
    double tanh[2][NETWORK_HIDDEN];
};

static struct jet unit(struct hidden *hidden, int layer, int i, struct jet x)
{
    if (!hidden->known)
        hidden->tanh[layer][i] = elementary_tanh(x.value);
    return hyperbolic(x, hidden->tanh[layer][i]);
}

/* The inputs of the softmax, with their derivatives along parameters a and b. */
static void outputs(const double *theta, const double *x, int a, int b,
                    struct hidden *hidden, struct jet out[NETWORK_CLASSES])
{
    struct jet first[NETWORK_HIDDEN], second[NETWORK_HIDDEN];
    for (int i = 0; i < NETWORK_HIDDEN; i++) {
        struct jet s = parameter(theta, NETWORK_B1 + i, a, b);
        for (int j = 0; j < NETWORK_INPUTS; j++)
            s = sum(s,
                    product(parameter(theta, NETWORK_W1 + i * NETWORK_INPUTS + j, a, b),
                            constant(x[j])));
        first[i] = unit(hidden, 0, i, s);
    }
    for (int i = 0; i < NETWORK_HIDDEN; i++) {
        struct jet s = parameter(theta, NETWORK_B2 + i, a, b);
        for (int j = 0; j < NETWORK_HIDDEN; j++)
            s = sum(s,
                    product(parameter(theta, NETWORK_W2 + i * NETWORK_HIDDEN + j, a, b),
                            first[j]));
        second[i] = unit(hidden, 1, i, s);
    }
    for (int i = 0; i < NETWORK_CLASSES; i++) {
        out[i] = parameter(theta, NETWORK_B3 + i, a, b);
        for (int j = 0; j < NETWORK_HIDDEN; j++)
            out[i] =
                sum(out[i],
                    product(parameter(theta, NETWORK_W3 + i * NETWORK_HIDDEN + j, a, b),
                            second[j]));
    }
    hidden->known = true;
}

static void probabilities(const struct jet out[NETWORK_CLASSES],
                          double p[NETWORK_CLASSES])
{
    for (int k = 0; k < NETWORK_CLASSES; k++) {
        double odds = 0;
        for (int l = 0; l < NETWORK_CLASSES; l++)
            odds += elementary_exp(fmin(out[l].value - out[k].value, 700));
        p[k] = 1 / odds;
    }
}

/* With the outputs f and the probabilities p, d_a(-log p_y) = sum_k p_k d_a f_k - d_a
 * f_y.
 */
void network_law_gradients(const double *theta, const double *x,
                           double gradient[NETWORK_CLASSES][NETWORK_PARAMETERS])
{
    struct hidden hidden = {.known = false};
    struct jet f[NETWORK_CLASSES];
    double p[NETWORK_CLASSES];
    outputs(theta, x, 0, 0, &hidden, f);
    probabilities(f, p);
    for (int a = 0; a < NETWORK_PARAMETERS; a++) {
        double mean = 0;
        outputs(theta, x, a, a, &hidden, f);
        for (int k = 0; k < NETWORK_CLASSES; k++)
            mean += p[k] * f[k].a;
        for (int y = 0; y < NETWORK_CLASSES; y++)
            gradient[y][a] = mean - f[y].a;
    }
}

/* The second derivative of -log p_y, averaged over y with weights q. With the network's
 * probabilities p it is Cov_p(d_a f, d_b f) + sum_k (p_k - q_k) d_ab f_k. */
static double second_derivative(const struct jet f[NETWORK_CLASSES], const double *p,
                                const double *q)
{
    double mean_a = 0, mean_b = 0, total = 0;
    for (int k = 0; k < NETWORK_CLASSES; k++) {
        mean_a += p[k] * f[k].a;
        mean_b += p[k] * f[k].b;
    }
    for (int k = 0; k < NETWORK_CLASSES; k++)
        total += p[k] * (f[k].a - mean_a) * (f[k].b - mean_b) + (p[k] - q[k]) * f[k].ab;
    return total;
}

static void add_hessian(const double *theta, const double *x, const double *q,
                        double weight, struct network_law *law)
{
    struct hidden hidden = {.known = false};
    struct jet f[NETWORK_CLASSES];
    double p[NETWORK_CLASSES];
    outputs(theta, x, 0, 0, &hidden, f);
    probabilities(f, p);
    for (int a = 0; a < NETWORK_PARAMETERS; a++)
        for (int b = 0; b <= a; b++) {
            outputs(theta, x, a, b, &hidden, f);
            law->hessian[a][b] += weight * second_derivative(f, p, q);
        }
}

static void add_moments(const double *theta, const double *x, const double *q,
                        double weight, struct network_law *law)
{
    double gradient[NETWORK_CLASSES][NETWORK_PARAMETERS];
    network_law_gradients(theta, x, gradient);
    for (int y = 0; y < NETWORK_CLASSES; y++)
        for (int a = 0; a < NETWORK_PARAMETERS; a++) {
            const double g = weight * q[y] * gradient[y][a];
            law->mean[a] += g;
            for (int b = 0; b <= a; b++)
                law->covariance[a][b] += g * gradient[y][b];
        }
}

void network_law(const double *theta, const struct population *population,
                 struct network_law *law)
{
    const double weight = 1 / (double)population->count;
    memset(law, 0, sizeof *law);
    for (size_t k = 0; k < population->count; k++) {
        const double *x = population->x + k * NETWORK_INPUTS;
        const double *probability = population->probability + k * NETWORK_CLASSES;
        add_moments(theta, x, probability, weight, law);
        add_hessian(theta, x, probability, weight, law);
    }
    for (int a = 0; a < NETWORK_PARAMETERS; a++)
        for (int b = 0; b <= a; b++) {
            law->covariance[a][b] -= law->mean[a] * law->mean[b];
            law->covariance[b][a] = law->covariance[a][b];
            law->hessian[b][a] = law->hessian[a][b];
        }
}
