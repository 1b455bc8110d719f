/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor.h: the least that a transform of random words into normal numbers can cost. */
#ifndef PNM_BENCH_FLOOR_H
#define PNM_BENCH_FLOOR_H

#include <stddef.h>

/* first[i] and second[i] from x[i] and y[i] > 0, for i < pairs. */
typedef void floor_loop(size_t pairs, const double *x, const double *y, double *first,
                        double *second);

floor_loop floor_pairs_base;
#if defined(__x86_64__)
floor_loop floor_pairs_v3, floor_pairs_v4;
#endif

#endif
