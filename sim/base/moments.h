/* SPDX-License-Identifier: GPL-3.0-or-later */
/* moments.h: mean and spread of independent numbers, one at a time or merged. */
#ifndef PNM_MOMENTS_H
#define PNM_MOMENTS_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct moments {
    uint64_t count;
    double mean;
    double squares; /* sum of squared deviations from the mean */
};

/* Adds x by Welford's update, which does not cancel however large the mean is. */
static inline void moments_add(struct moments *m, double x)
{
    const double before = x - m->mean;
    m->count++;
    m->mean += before / (double)m->count;
    m->squares += before * (x - m->mean);
}

/* Moments and the sum of cubed deviations from the mean. */
struct skewed_moments {
    struct moments moments;
    double cubes;
};

/* Adds x (Pebay, Sandia report 2008-6212). */
static inline void skewed_moments_add(struct skewed_moments *own, double x)
{
    const struct moments before = own->moments;
    const double n = (double)before.count + 1, apart = x - before.mean;
    moments_add(&own->moments, x);
    own->cubes += apart * apart * apart * ((n - 1) * (n - 2) / (n * n)) -
                  3 * apart * before.squares / n;
}

/* The skewness of the numbers: NAN if they do not vary, INFINITY if their cubes are
 * beyond the range of numbers, so that nothing is known of it. */
static inline double skewed_moments_skewness(const struct skewed_moments *own)
{
    const double variance = own->moments.squares / (double)own->moments.count;
    const double scale = variance * sqrt(variance);
    if (!(variance > 0))
        return NAN;
    return isfinite(own->cubes) && isfinite(scale) && scale >= DBL_MIN / DBL_EPSILON
               ? own->cubes / (double)own->moments.count / scale
               : INFINITY;
}

/* Adds the numbers of another set (Chan, Golub and LeVeque, COMPSTAT 1982). */
static inline void moments_merge(struct moments *m, const struct moments *other)
{
    const double own = (double)m->count, theirs = (double)other->count;
    const double apart = other->mean - m->mean;
    if (other->count == 0)
        return;
    m->count += other->count;
    m->mean += apart * (theirs / (own + theirs));
    m->squares += other->squares + apart * apart * (own * theirs / (own + theirs));
}

/* Adds what another set has: its cubes about their common mean (Pebay). */
static inline void skewed_moments_merge(struct skewed_moments *own,
                                        const struct skewed_moments *other)
{
    const double a = (double)own->moments.count, b = (double)other->moments.count;
    const double n = a + b, apart = other->moments.mean - own->moments.mean;
    own->cubes +=
        other->cubes + apart * apart * apart * a * b * (a - b) / (n * n) +
        3 * apart * (a * other->moments.squares - b * own->moments.squares) / n;
    moments_merge(&own->moments, &other->moments);
}

/* Whether a sum of squared deviations of `count` numbers may have lost its digits, or
 * be 0, because squares are below the range of numbers. Deviations of a mean that is
 * not that small are 0 or have squares that are in the range. */
static inline bool moments_underflow(double squares, uint64_t count, double mean)
{
    return squares < DBL_MIN * (double)count && mean != 0 &&
           fabs(mean) < 0x1p-511 / DBL_EPSILON;
}

/* Standard error of the mean; NAN below two numbers, and where it cannot be computed
 * because the numbers are too small for their squares. */
static inline double moments_stderr(const struct moments *m)
{
    if (m->count < 2 || moments_underflow(m->squares, m->count, m->mean))
        return NAN;
    const double n = (double)m->count;
    return sqrt(m->squares / (n - 1) / n);
}

/* How many times smaller the variance behind one standard error is than that behind
 * another; 1 if both are 0. */
static inline double moments_gain(double from_se, double to_se)
{
    const double ratio = from_se / to_se;
    return from_se == 0 ? 1 : ratio * ratio;
}

/* Means and covariances of up to COMOMENTS_MAX numbers that are observed together. */
enum { COMOMENTS_MAX = 4 };

struct comoments {
    uint64_t count;
    double mean[COMOMENTS_MAX];
    double products[COMOMENTS_MAX][COMOMENTS_MAX]; /* sums of deviations' products */
};

static inline void comoments_add(struct comoments *m, int size, const double *x)
{
    double before[COMOMENTS_MAX];
    m->count++;
    for (int i = 0; i < size; i++) {
        before[i] = x[i] - m->mean[i];
        m->mean[i] += before[i] / (double)m->count;
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            m->products[i][j] += before[i] * (x[j] - m->mean[j]);
}

/* Adds the numbers of another set. */
static inline void comoments_merge(struct comoments *m, int size,
                                   const struct comoments *other)
{
    const double own = (double)m->count, theirs = (double)other->count;
    double apart[COMOMENTS_MAX];
    if (other->count == 0)
        return;
    m->count += other->count;
    for (int i = 0; i < size; i++) {
        apart[i] = other->mean[i] - m->mean[i];
        m->mean[i] += apart[i] * (theirs / (own + theirs));
    }
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
            m->products[i][j] += other->products[i][j] +
                                 apart[i] * apart[j] * (own * theirs / (own + theirs));
}

/* Covariance of the means of numbers i and j, for i = j the squared standard error; NAN
 * below two observations, and where a squared error cannot be computed, as in
 * moments_stderr. */
static inline double comoments_covariance(const struct comoments *m, int i, int j)
{
    const double n = (double)m->count;
    if (m->count < 2 ||
        (i == j && moments_underflow(m->products[i][i], m->count, m->mean[i])))
        return NAN;
    return m->products[i][j] / (n - 1) / n;
}

/* Standard error of the mean of (number i - ratio * number j). For ratio = mean i/mean
 * j it is, to first order, |mean j| times the standard error of that quotient. A
 * variance that rounding made negative counts as 0; one that overflows is passed on. */
static inline double comoments_ratio_error(const struct comoments *m, int i, int j,
                                           double ratio)
{
    const double variance = comoments_covariance(m, i, i) -
                            2 * ratio * comoments_covariance(m, i, j) +
                            ratio * ratio * comoments_covariance(m, j, j);
    return sqrt(isfinite(variance) && variance < 0 ? 0 : variance);
}

#endif
