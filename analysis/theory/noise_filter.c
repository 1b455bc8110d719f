/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/noise_filter.h"

#include "base/quad_lu.h"
#include "theory/stein.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* Sets the slots without theta as a linear system. */
static void set_slots(struct noise_filter *filter, const struct linear_system *whole)
{
    struct linear_system *slots = &filter->system;
    const int n = filter->slots;
    *slots = (struct linear_system){
        .dim = n, .samples = filter->samples, .roundoff = whole->roundoff};
    for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
            slots->e[r * n + c] = whole->e[(r + 1) * whole->dim + c + 1];
            filter->f[r * n + c] = linear_system_element(slots, r, c);
        }
        for (int k = 0; k < filter->samples; k++) {
            slots->b[k][r] = whole->b[k][r + 1];
            filter->b[k][r] = (double)slots->b[k][r];
        }
    }
}

int noise_filter_init(struct noise_filter *filter, const struct rule *rule,
                      struct error *error)
{
    const struct theory *theory = theory_find(rule->kind->name);
    struct linear_system system;
    double scalar[RULE_MAX_SCALARS], rate;
    *filter = (struct noise_filter){.source = EXACT_PROBED};
    if (theory) {
        theory->system(rule, 0, &system);
        rate = theory->applied_lr(rule);
        filter->source = EXACT_MATRIX;
    } else if (rule->kind->linear) {
        linear_system_probe(rule, 0, &system);
        rule->kind->scalars(rule, 0, scalar);
        rate = scalar[RULE_RATE];
    } else {
        return error_about(error, STATUS_USAGE, "optimizer",
                           "%s is not linear, so it has no exact noise filter",
                           rule->kind->name);
    }
    /* Row 0 of the system is theta' = theta + a m + b xi, so u = -(a m + b xi)/rate. */
    filter->slots = system.dim - 1;
    filter->samples = system.samples;
    for (int r = 0; r < filter->slots; r++)
        filter->c[r] = -(double)system.e[r + 1] / rate;
    for (int k = 0; k < filter->samples; k++)
        filter->d[k] = -(double)system.b[k][0] / rate;
    set_slots(filter, &system);
    if (filter->slots == 0)
        return STATUS_OK;
    return stein_solve(&filter->system, &filter->system, 1, filter->covariance, error);
}

double noise_filter_response(const struct noise_filter *filter, int sample,
                             uint64_t age)
{
    const struct linear_system one = {.dim = 1}; /* A = 1 */
    double state[LINEAR_SIZE] = {0}, sum = 0;
    if (age == 0)
        return filter->d[sample];
    if (filter->slots == 0)
        return 0;
    memcpy(state, filter->b[sample], sizeof filter->b[sample]);
    linear_system_power(&filter->system, &one, age - 1, state);
    for (int r = 0; r < filter->slots; r++)
        sum += filter->c[r] * state[r];
    return sum;
}

/* H(z) = d + c' (z I - F)^-1 b at z = e^{2 pi i f}, by elimination with row exchange.
 */
static double complex transfer(const struct noise_filter *filter, int sample,
                               double complex z)
{
    const int n = filter->slots;
    double complex m[LINEAR_STATE][LINEAR_STATE + 1], sum = filter->d[sample];
    for (int r = 0; r < n; r++) {
        for (int k = 0; k < n; k++)
            m[r][k] = (r == k ? z : 0) - filter->f[r * n + k];
        m[r][n] = filter->b[sample][r];
    }
    for (int pivot = 0; pivot < n; pivot++) {
        int best = pivot;
        for (int r = pivot + 1; r < n; r++)
            if (cabs(m[r][pivot]) > cabs(m[best][pivot]))
                best = r;
        for (int k = 0; k <= n; k++) {
            const double complex other = m[best][k];
            m[best][k] = m[pivot][k];
            m[pivot][k] = other;
        }
        for (int r = 0; r < n; r++) {
            const double complex factor =
                r == pivot ? 0 : m[r][pivot] / m[pivot][pivot];
            for (int k = pivot; k <= n; k++)
                m[r][k] -= factor * m[pivot][k];
        }
    }
    for (int r = 0; r < n; r++)
        sum += filter->c[r] * m[r][n] / m[r][r];
    return sum;
}

/* sum_k d_k + c' (I - F)^-1 b_k, where I - F may be small. */
double noise_filter_gain(const struct noise_filter *filter)
{
    quad matrix[LINEAR_SIZE], x[LINEAR_STATE] = {0}, gain = 0;
    struct quad_lu lu = {.matrix = matrix, .size = filter->slots};
    for (int e = 0; e < filter->slots * filter->slots; e++)
        matrix[e] = -filter->system.e[e];
    for (int k = 0; k < filter->samples; k++) {
        gain += filter->d[k];
        for (int r = 0; r < filter->slots; r++)
            x[r] += filter->system.b[k][r];
    }
    if (!quad_lu_decompose(&lu))
        return NAN;
    quad_lu_solve(&lu, x);
    for (int r = 0; r < filter->slots; r++)
        gain += filter->c[r] * x[r];
    return (double)gain;
}

double noise_filter_density(const struct noise_filter *filter, double frequency)
{
    double density = 0;
    for (int k = 0; k < filter->samples; k++) {
        const double complex h =
            transfer(filter, k,
                     cexp(2 * 3.14159265358979323846 * frequency * (double complex)I));
        density += creal(h) * creal(h) + cimag(h) * cimag(h);
    }
    return density;
}

/* Lag 0: c'Sc + d'd. Lag k: c' F^{k-1} (F S c + sum b d). */
static void lagged_start(const struct noise_filter *filter, double *start)
{
    const int n = filter->slots;
    for (int r = 0; r < n; r++) {
        start[r] = 0;
        for (int k = 0; k < n; k++)
            for (int l = 0; l < n; l++)
                start[r] +=
                    filter->f[r * n + k] * filter->covariance[k * n + l] * filter->c[l];
        for (int k = 0; k < filter->samples; k++)
            start[r] += filter->b[k][r] * filter->d[k];
    }
}

static double project(const struct noise_filter *filter, const double *state)
{
    double sum = 0;
    for (int r = 0; r < filter->slots; r++)
        sum += filter->c[r] * state[r];
    return sum;
}

static double variance(const struct noise_filter *filter)
{
    const int n = filter->slots;
    double sum = 0;
    for (int r = 0; r < n; r++)
        for (int k = 0; k < n; k++)
            sum += filter->c[r] * filter->covariance[r * n + k] * filter->c[k];
    for (int k = 0; k < filter->samples; k++)
        sum += filter->d[k] * filter->d[k];
    return sum;
}

double noise_filter_autocovariance(const struct noise_filter *filter, uint64_t lag)
{
    const struct linear_system one = {.dim = 1}; /* A = 1 */
    double state[LINEAR_SIZE] = {0};
    if (lag == 0)
        return variance(filter);
    if (filter->slots == 0)
        return 0;
    lagged_start(filter, state);
    linear_system_power(&filter->system, &one, lag - 1, state);
    return project(filter, state);
}

/* sum_{|k|<T} (1 - |k|/T) r(k) = r(0) + 2 sum_{j=0}^{T-2} (1 - (j+1)/T) c' F^j start.
 */
double noise_filter_long_run(const struct noise_filter *filter, uint64_t count)
{
    const struct linear_system one = {.dim = 1}; /* A = 1 */
    double start[LINEAR_SIZE] = {0}, sum[LINEAR_SIZE], weighted[LINEAR_SIZE];
    const double total = (double)count;
    if (filter->slots == 0 || count < 2)
        return variance(filter);
    lagged_start(filter, start);
    linear_system_sums(&filter->system, &one, start, count - 1, sum, weighted);
    return variance(filter) + 2 * (project(filter, sum) * (1 - 1 / total) -
                                   project(filter, weighted) / total);
}
