/* SPDX-License-Identifier: GPL-3.0-or-later */
/* naive.h: the same experiment as one writes it with GSL and three loops. */
#ifndef PNM_BENCH_NAIVE_H
#define PNM_BENCH_NAIVE_H

#include <stddef.h>

struct naive {
    size_t d, replicas, steps, burn_in;
    double lr;
    const double *h; /* d curvatures; the noise of coordinate i has variance h[i] */
};

/* Time average of theta^2 after the burn-in, averaged over replicas and coordinates.
 * Parameters other than lr are the programs' defaults. NAN for a rule that is not sgd,
 * heavy_ball or pnm, and where memory is short. */
double naive_run(const char *rule, const struct naive *what);

#endif
