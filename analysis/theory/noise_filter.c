/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/noise_filter.h"

#include "base/quad_lu.h"
#include "theory/stein.h"

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
    *filter = (struct noise_filter){.source = EXACT_PROBED, .margin = 1};
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
    const int status = linear_system_margin(&filter->system, &filter->margin, error);
    return status == STATUS_OK ? stein_solve(&filter->system, &filter->system, 1,
                                             filter->covariance, error)
                               : status;
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

/* The squared modulus of H(z) = d + c' (z I - F)^-1 b at z = 1 + re + i im; *real
 * becomes the real part of H. With E = F - I the equations are (re + i im) x - E x = b,
 * and their real and imaginary parts are solved in quads, because a slow filter has
 * poles next to z = 1 and -1. */
static double transfer(const struct noise_filter *filter, int sample, double re,
                       double im, double *real)
{
    const int n = filter->slots, size = im != 0 ? 2 * n : n;
    quad matrix[4 * LINEAR_SIZE] = {0}, x[2 * LINEAR_STATE] = {0};
    struct quad_lu lu = {.matrix = matrix, .size = size};
    double h_re = filter->d[sample], h_im = 0;
    for (int r = 0; r < n; r++) {
        for (int half = 0; half < size; half += n)
            for (int k = 0; k < n; k++)
                matrix[(half + r) * size + half + k] =
                    (r == k ? (quad)re : 0) - filter->system.e[r * n + k];
        if (im != 0) {
            matrix[r * size + n + r] = -im;
            matrix[(n + r) * size + r] = im;
        }
        x[r] = filter->system.b[sample][r];
    }
    if (n > 0 && quad_lu_decompose(&lu))
        quad_lu_solve(&lu, x);
    else if (n > 0)
        h_re = NAN; /* a slot that never decays */
    for (int r = 0; r < n; r++) {
        h_re += filter->c[r] * (double)x[r];
        h_im += im != 0 ? filter->c[r] * (double)x[n + r] : 0;
    }
    *real = h_re;
    return h_re * h_re + h_im * h_im;
}

double noise_filter_gain(const struct noise_filter *filter)
{
    double gain = 0, real;
    for (int k = 0; k < filter->samples; k++) {
        transfer(filter, k, 0, 0, &real);
        gain += real;
    }
    return gain;
}

double noise_filter_density(const struct noise_filter *filter, double frequency)
{
    /* e^{2 pi i f} - 1, without rounding at 0 and 1/2. */
    const double pi = 3.14159265358979323846, turn = 2 * fabs(frequency);
    const double half = sin(pi * turn / 2);
    const double re = -2 * half * half;
    const double im = sin(pi * (turn <= 0.5 ? turn : 1 - turn));
    double density = 0, ignored;
    for (int k = 0; k < filter->samples; k++)
        density += transfer(filter, k, re, im, &ignored);
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

/* r(0)^2 + 2 sum_{j=0}^{count-2} (c' F^j start)^2. */
double noise_filter_squares(const struct noise_filter *filter, uint64_t count)
{
    const int n = filter->slots;
    double start[LINEAR_SIZE] = {0}, outer[LINEAR_SIZE], sum[LINEAR_SIZE], all = 0;
    if (n > 0 && count > 1) {
        lagged_start(filter, start);
        for (int r = 0; r < n; r++)
            for (int k = 0; k < n; k++)
                outer[r * n + k] = start[r] * start[k];
        linear_system_sums(&filter->system, &filter->system, outer, count - 1, sum,
                           NULL);
        for (int r = 0; r < n; r++)
            for (int k = 0; k < n; k++)
                all += filter->c[r] * sum[r * n + k] * filter->c[k];
    }
    return variance(filter) * variance(filter) + 2 * all;
}

/* --- through a window ------------------------------------------------------------- */

/* F x, from F - I. */
static void step(const struct noise_filter *filter, const quad *x, quad *next)
{
    const int n = filter->slots;
    for (int i = 0; i < n; i++) {
        next[i] = x[i];
        for (int k = 0; k < n; k++)
            next[i] += filter->system.e[i * n + k] * x[k];
    }
}

/* c' F^{l-1} (F S c + sum b d), from lag to lag. Rounding errors of the recursion
 * spread over all frequencies, so doubles would spoil densities far below the variance.
 */
void noise_filter_autocovariances(const struct noise_filter *filter, size_t count,
                                  quad *r)
{
    const int n = filter->slots;
    quad state[LINEAR_STATE], next[LINEAR_STATE], sc[LINEAR_STATE] = {0}, sum = 0;
    for (int k = 0; k < filter->samples; k++)
        sum += (quad)filter->d[k] * filter->d[k];
    for (int i = 0; i < n; i++) {
        sc[i] = 0;
        for (int k = 0; k < n; k++)
            sc[i] += (quad)filter->covariance[i * n + k] * filter->c[k];
        sum += filter->c[i] * sc[i];
    }
    step(filter, sc, state);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < filter->samples; k++)
            state[i] += filter->system.b[k][i] * filter->d[k];
    for (size_t lag = 0; lag < count; lag++) {
        r[lag] = sum;
        sum = 0;
        for (int i = 0; i < n; i++)
            sum += filter->c[i] * state[i];
        step(filter, state, next);
        memcpy(state, next, sizeof *state * (size_t)n);
    }
}

void noise_filter_windowed(const struct noise_filter *filter, int length,
                           const double *window, double *density)
{
    const long double pi = 3.14159265358979323846264L;
    quad r[NOISE_FILTER_WINDOW] = {0};
    long double wave[NOISE_FILTER_WINDOW] = {0}, seen[NOISE_FILTER_WINDOW] = {0};
    noise_filter_autocovariances(filter, (size_t)length, r);
    for (int lag = length - 1; lag >= 0; lag--) {
        long double overlap = 0, power = 0;
        for (int n = 0; n < length; n++) {
            power += (long double)window[n] * window[n];
            if (n + lag < length)
                overlap += (long double)window[n] * window[n + lag];
        }
        seen[lag] = (long double)(r[lag] * (overlap / power));
        wave[lag] = cosl(2 * pi * lag / length);
    }
    for (int k = 0; 2 * k <= length; k++) {
        long double sum = seen[0];
        for (int lag = 1; lag < length; lag++)
            sum += 2 * seen[lag] * wave[k * lag % length];
        density[k] = (double)sum;
    }
}

double noise_filter_transient(const struct noise_filter *filter, uint64_t t, int length)
{
    const struct linear_system one = {.dim = 1}; /* A = 1 */
    const int n = filter->slots;
    quad given[LINEAR_STATE] = {0};
    double mean[LINEAR_SIZE] = {0}, s[LINEAR_SIZE];
    double sum = 0;
    struct error ignored;
    if (n == 0)
        return 0;
    for (int k = 0; k < filter->samples; k++)
        for (int i = 0; i < n; i++)
            given[i] += filter->system.b[k][i];
    if (linear_system_mean(&filter->system, given, mean, &ignored) != STATUS_OK)
        return INFINITY;
    memcpy(s, filter->covariance, sizeof s);
    linear_system_power(&filter->system, &one, t, mean);
    linear_system_power(&filter->system, &filter->system, t, s);
    for (int at = 0; at < length; at++) {
        sum += project(filter, mean) * project(filter, mean);
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                sum += filter->c[i] * s[i * n + k] * filter->c[k];
        linear_system_apply(&filter->system, &one, mean);
        linear_system_apply(&filter->system, &filter->system, s);
    }
    return sum;
}
