/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/descent_kernel.h"

#include "rules/rule_loops.h"

#include "rules/rule.h"

enum { LANES = RULE_LANES, GROUP = 8 };

void ISA_NAME(descent_add_noise)(size_t count, double sd, const double *restrict exact,
                                 const double *restrict normal, double *restrict sample)
{
    for (size_t k = 0; k < count; k++)
        sample[k] = exact[k] + sd * normal[k];
}

/* What sum_halves sums, over even and over odd lanes: x, or the squares of x - mean. It
 * adds the upper half of the lanes to the lower until two are left, the first three
 * times in one loop. Lanes from `lanes` on count as 0. */
enum { PLAIN, DEVIATIONS };

static inline double term(int kind, int lanes, const double *x, int lane, double mean)
{
    const double own = kind == PLAIN ? x[lane] : (x[lane] - mean) * (x[lane] - mean);
    return lane < lanes ? own : 0;
}

__attribute__((always_inline)) static inline void sum_halves(int kind, int lanes,
                                                             const double *restrict x,
                                                             const double mean[2],
                                                             double sum[2])
{
    double own[GROUP];
    const double first = mean[0], second = mean[1];
#pragma omp simd
    for (int l = 0; l < GROUP; l++) {
        const double m = l % 2 ? second : first;
        own[l] = ((term(kind, lanes, x, l, m) + term(kind, lanes, x, l + 32, m)) +
                  (term(kind, lanes, x, l + 16, m) + term(kind, lanes, x, l + 48, m))) +
                 ((term(kind, lanes, x, l + 8, m) + term(kind, lanes, x, l + 40, m)) +
                  (term(kind, lanes, x, l + 24, m) + term(kind, lanes, x, l + 56, m)));
    }
    for (int half = 0; half < 2; half++)
        sum[half] = (own[half] + own[half + 4]) + (own[half + 2] + own[half + 6]);
}

__attribute__((always_inline)) static inline void
put_halves(int lanes, const double *restrict x, double *restrict out)
{
    double mean[2] = {0}, sum[2];
    sum_halves(PLAIN, lanes, x, mean, sum);
    for (int half = 0; half < 2; half++) {
        const int count = (lanes + 1 - half) / 2;
        mean[half] = count > 0 ? sum[half] / count : sum[half];
    }
    sum_halves(DEVIATIONS, lanes, x, mean, sum);
    for (int half = 0; half < 2; half++) {
        out[2 * half] = mean[half];
        out[2 * half + 1] = sum[half];
    }
}

__attribute__((always_inline)) static inline void
observe(size_t n, int lanes, const double *restrict exact, const double *restrict value,
        double minimum, double *restrict out)
{
    double square[LANES], excess[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        square[lane] = exact[lane] * exact[lane];
        excess[lane] = value[lane] - minimum;
    }
    for (size_t i = 1; i < n; i++)
        for (size_t lane = 0; lane < LANES; lane++)
            square[lane] += exact[i * LANES + lane] * exact[i * LANES + lane];
    put_halves(lanes, square, out);
    put_halves(lanes, excess, out + 4);
}

void ISA_NAME(descent_observe)(size_t n, int lanes, const double *restrict exact,
                               const double *restrict value, double minimum,
                               double *restrict out)
{
    if (lanes == LANES)
        observe(n, LANES, exact, value, minimum, out);
    else
        observe(n, lanes, exact, value, minimum, out);
}

/* Here a chain is one half of a row, whose numbers are added one after the other. The
 * chains of x stand before those of y: chain c + PARTNER holds the y to the x of chain
 * c. */
enum { PARTNER = 2 * OBSERVE_PAIRS, CHAINS = 2 * PARTNER };

struct chain_sums {
    double mean[CHAINS], square[CHAINS], product[PARTNER];
};

/* Adds the next number, its `count`-th, to every `stride`-th chain and pair. */
__attribute__((always_inline)) static inline void add_pairs(const double *restrict next,
                                                            double count, int stride,
                                                            struct chain_sums *sums)
{
    double before[CHAINS], after[CHAINS];
#pragma omp simd
    for (int c = 0; c < CHAINS; c += stride) {
        before[c] = next[c] - sums->mean[c];
        sums->mean[c] += before[c] / count;
        after[c] = next[c] - sums->mean[c];
        sums->square[c] += before[c] * after[c];
    }
#pragma omp simd
    for (int c = 0; c < PARTNER; c += stride)
        sums->product[c] += before[c] * after[c + PARTNER];
}

void ISA_NAME(descent_observe_pairs)(int lanes, const double *restrict rows,
                                     double *restrict out)
{
    const int both = lanes / 2; /* numbers that both halves have */
    double next[LANES / 2][CHAINS];
    struct chain_sums sums = {{0}, {0}, {0}};
    for (int pair = 0; pair < OBSERVE_PAIRS; pair++)
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < LANES / 2; k++)
                for (int half = 0; half < 2; half++)
                    next[k][side * PARTNER + pair * 2 + half] =
                        rows[(pair * 2 + side) * LANES + 2 * k + half];
    for (int k = 0; k < both; k++)
        add_pairs(next[k], k + 1, 1, &sums);
    if (lanes % 2) /* the first half has one more */
        add_pairs(next[both], both + 1, 2, &sums);
    for (int c = 0; c < PARTNER; c++, out += 5) {
        out[0] = sums.mean[c];
        out[1] = sums.mean[c + PARTNER];
        out[2] = sums.square[c];
        out[3] = sums.product[c];
        out[4] = sums.square[c + PARTNER];
    }
}
