/* moments.h: mean and spread of independent numbers, one at a time or merged. */
#ifndef PNM_MOMENTS_H
#define PNM_MOMENTS_H

#include <math.h>
#include <stdint.h>

struct moments {
    uint64_t count;
    double mean;
    double squares; /* sum of squared deviations from the mean */
};

/* Welford's update: no cancellation however large the mean. */
static inline void moments_add(struct moments *m, double x)
{
    const double before = x - m->mean;
    m->count++;
    m->mean += before / (double)m->count;
    m->squares += before * (x - m->mean);
}

/* Standard error of the mean; NAN below two numbers. */
static inline double moments_stderr(const struct moments *m)
{
    if (m->count < 2)
        return NAN;
    const double n = (double)m->count;
    return sqrt(m->squares / (n - 1) / n);
}

#endif
