/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/response.h"

#include "base/interrupt.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTEST = 64 };

/* What is left must be below this part of the sum. */
static const double small = 1e-13;

struct states {
    int dim, samples;
    double e[LINEAR_SIZE];
    double s[RULE_MAX_SAMPLES][LINEAR_STATE];
    double most[LINEAR_STATE]; /* largest |s| of each part so far, of all samples */
};

static void start(struct states *states, const struct linear_system *system)
{
    *states = (struct states){.dim = system->dim, .samples = system->samples};
    for (int k = 0; k < system->dim * system->dim; k++)
        states->e[k] = (double)system->e[k];
    for (int k = 0; k < system->samples; k++)
        for (int i = 0; i < system->dim; i++)
            states->s[k][i] = (double)system->b[k][i];
}

/* Sets a[sample * stride] to theta's part of each state, and takes a step. */
static void advance(struct states *states, double *a, size_t stride)
{
    const int n = states->dim;
    for (int sample = 0; sample < states->samples; sample++) {
        double *s = states->s[sample], add[LINEAR_STATE] = {0};
        a[(size_t)sample * stride] = s[0];
        for (int i = 0; i < n; i++) {
            states->most[i] = fmax(states->most[i], fabs(s[i]));
            for (int j = 0; j < n; j++)
                add[i] = fma(states->e[i * n + j], s[j], add[i]);
        }
        for (int i = 0; i < n; i++)
            s[i] += add[i];
    }
}

/* The norm of A^count in which a state is as large as its largest part, measured by the
 * largest that each part has been. */
static double norm_of(const struct states *states, size_t count)
{
    const int n = states->dim;
    double power[LINEAR_SIZE] = {0}, square[LINEAR_SIZE] = {0}, norm = 0;
    for (int k = 0; k < n * n; k++)
        power[k] = states->e[k] + (k % (n + 1) == 0);
    for (; count > 1; count /= 2) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++)
                    sum += power[i * n + k] * power[k * n + j];
                square[i * n + j] = sum;
            }
        memcpy(power, square, sizeof power);
    }
    for (int i = 0; i < n; i++) {
        double row = 0;
        for (int j = 0; j < n; j++)
            row += fabs(power[i * n + j]) * states->most[j];
        if (states->most[i] > 0)
            norm = fmax(norm, row / states->most[i]);
    }
    return norm;
}

/* Makes room for `count` steps and moves those that there are. */
static int grow(struct response *response, size_t count, struct error *error)
{
    double *a = calloc((size_t)response->samples * count, sizeof *a);
    if (!a)
        return error_memory(error, "an impulse response");
    for (int k = 0; response->a && k < response->samples; k++)
        memcpy(a + (size_t)k * count, response->a + (size_t)k * response->count,
               response->count * sizeof *a);
    free(response->a);
    response->a = a;
    return STATUS_OK;
}

int response_init(struct response *response, const struct rule *rule, double h,
                  double power, struct error *error)
{
    struct linear_system system;
    struct states states;
    double left = INFINITY;
    *response = (struct response){.source = theory_system(rule, h, &system)};
    response->samples = system.samples;
    start(&states, &system);
    for (size_t count = SHORTEST; count <= RESPONSE_LONGEST; count *= 2) {
        int status = interrupt_check(error);
        if (status == STATUS_OK)
            status = grow(response, count, error);
        if (status != STATUS_OK)
            return status;
        for (size_t k = response->count; k < count; k++)
            advance(&states, response->a + k, count);
        response->count = count;
        response->largest = states.most[0];
        response->decay = norm_of(&states, count);
        const double sum = response_sum(response, power, count, &left);
        if (left <= small * sum)
            return STATUS_OK;
    }
    return error_about(error, STATUS_USAGE, "lr",
                       "%g is too small at curvature %g: theta has not forgotten its "
                       "noise after %d steps, the most that are summed",
                       rule->number[RULE_LR], h, RESPONSE_LONGEST);
}

void response_free(struct response *response)
{
    free(response->a);
    response->a = NULL;
}

double response_sum(const struct response *response, double power, size_t steps,
                    double *left)
{
    const size_t count = steps < response->count ? steps : response->count;
    double sum = 0;
    for (int sample = 0; sample < response->samples; sample++)
        for (size_t k = count; k-- > 0;) {
            const double a = fabs(response->a[(size_t)sample * response->count + k]);
            sum += a == 0 ? 0 : power == 2 ? a * a : pow(a, power);
        }
    if (left) {
        const double block = pow(response->decay, power);
        *left = block < 1 ? (double)response->samples * (double)response->count *
                                pow(response->largest, power) * block / (1 - block)
                          : (double)INFINITY;
    }
    return sum;
}

double response_largest(const struct response *response)
{
    double largest = 0;
    for (size_t k = 0; k < (size_t)response->samples * response->count; k++)
        largest = fmax(largest, fabs(response->a[k]));
    return largest;
}
