/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exact.h: the exact stationary covariance of n modes under dense noise, by pairs of
 * modes and by solving for all of them at once. */
#ifndef PNM_BENCH_EXACT_H
#define PNM_BENCH_EXACT_H

#include <stdbool.h>
#include <stddef.h>

/* The other way: SLICOT's sb03md where the Makefile found it, else Kronecker products
 * and LU factorisation with GSL. */
extern const char *const exact_other_name;

/* The most modes that the other way is asked for. */
size_t exact_other_most(void);

/* pnm at learning rate 0.5, curvatures 0.2 to 1, noise correlations 0.9^|i - j|. Gives
 * the processor seconds that the pairs took. */
double exact_pairs(size_t n);

/* The same for the other way; *difference: the largest difference from the pairs in a
 * covariance, in units of sqrt(S_ii S_jj). NAN if it fails. */
double exact_other(size_t n, double *difference);

#endif
