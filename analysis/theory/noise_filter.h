/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_filter.h: a linear rule as a filter from the gradient to the direction that it
 * applies, u_t = (theta_t - theta_{t+1}) / eta_applied, at curvature 0: its response to
 * white gradient noise of variance 1 and to a constant gradient. The filter comes from
 * written-out matrices if there are any, otherwise from probed ones. */
#ifndef PNM_NOISE_FILTER_H
#define PNM_NOISE_FILTER_H

#include "theory/theory.h"

/* The filter u_t = c' m_{t-1} + sum_k d_k xi_k, m_t = F m_{t-1} + sum_k b_k xi_k with
 * the rule's slots m, and the stationary covariance of m. `system` is (F - I, b) in
 * full precision. */
struct noise_filter {
    int slots, samples;
    struct linear_system system;
    double f[LINEAR_SIZE]; /* slots x slots */
    double b[RULE_MAX_SAMPLES][LINEAR_STATE];
    double c[LINEAR_STATE];
    double d[RULE_MAX_SAMPLES];
    double covariance[LINEAR_SIZE];
    double margin; /* 1 minus the slowest slot's factor of decay; 1 without slots */
    enum exact_source source;
};

/* Makes the filter. STATUS_USAGE for a rule that is not linear; STATUS_SOFTWARE if it
 * has no stationary law, or as linear_system_margin. */
PNM_MUST_USE int noise_filter_init(struct noise_filter *filter, const struct rule *rule,
                                   struct error *error);

/* The gain at frequency 0: E u / gradient for a constant gradient and t -> infinity. */
double noise_filter_gain(const struct noise_filter *filter);

/* Stationary autocovariance of u at this lag; at lag 0 the variance. */
double noise_filter_autocovariance(const struct noise_filter *filter, uint64_t lag);

/* Var(sum of `count` consecutive u) / count. */
double noise_filter_long_run(const struct noise_filter *filter, uint64_t count);

/* Two-sided power spectral density at frequency in (-1/2, 1/2): its integral over that
 * interval is the variance. */
double noise_filter_density(const struct noise_filter *filter, double frequency);

/* The sum of the squared autocovariances of u over the lags below `count`, of both
 * signs, in about log2(count) small products. */
double noise_filter_squares(const struct noise_filter *filter, uint64_t count);

/* Sets r[l] to the autocovariance of u at lag l < count. They are quads because the
 * density that they sum to may be far below the variance. */
void noise_filter_autocovariances(const struct noise_filter *filter, size_t count,
                                  quad *r);

/* Expectation of |sum_n w_n u_n e^{-2 pi i k n/length}|^2 / sum_n w_n^2 in the
 * stationary law, w = window[length], for k = 0 .. length/2. It is the density as seen
 * through the window: the sum of r(l) c(l) cos(2 pi k l/length) over |l| < length,
 * where c(l) = sum_n w_n w_{n+l} / sum_n w_n^2. length is at most NOISE_FILTER_WINDOW.
 */
enum { NOISE_FILTER_WINDOW = 256 };
void noise_filter_windowed(const struct noise_filter *filter, int length,
                           const double *window, double *density);

/* A bound on what the start changes in that expectation for a segment that begins t
 * steps after empty slots: what the mean of u lacks, squared, plus what its variance
 * lacks, summed over the segment. */
double noise_filter_transient(const struct noise_filter *filter, uint64_t t,
                              int length);

/* The impulse response: the weight in u of gradient sample `sample` drawn `age` steps
 * ago. Mean and variance of u_t from empty slots follow from it. */
double noise_filter_response(const struct noise_filter *filter, int sample,
                             uint64_t age);

#endif
