/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quantiles.h: quantiles and kurtosis of the stationary law of linear rules, exact and
 * measured, for noise of any law.
 *
 * A chain gives one independent value, theta after its last step. What is between two
 * of the values in order has a binomial law for every law of theta, so the band of a
 * quantile is exact. */
#ifndef PNM_COMPARE_QUANTILES_H
#define PNM_COMPARE_QUANTILES_H

#include "engine/sampling.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

enum quantile_quantity {
    QUANTILE_OF_THETA,
    QUANTILE_KURTOSIS /* E x^4/(E x^2)^2 of x = theta - E theta; 3 if Gaussian */
};

struct quantile_row {
    enum quantile_quantity quantity;
    size_t i;         /* mode, from 0 */
    double p;         /* probability; NAN for a kurtosis */
    double low, high; /* band of the quantile at the level of verdicts; NAN: none */
    uint64_t below;   /* chains below the exact quantile */
    enum exact_source source;
    struct evidence evidence; /* se: the band on the side of `exact`, divided by z* */
    struct verdicts verdicts;
};

struct quantile_law {
    struct quantile_row *rows; /* count: those of a mode together, kurtosis last */
    size_t count;
    struct chains chains; /* planned or given */
    double samples;       /* coordinate-steps of a row */
};

enum {
    QUANTILE_CHAINS = 1 << 17, /* the fewest that are planned */
    QUANTILE_MOST = 1 << 25    /* the most */
};

/* Compares the quantiles of probabilities p[count], 0 < p < 1, and, if the noise has a
 * variance, the kurtosis, of a rule with a linear law. Exact quantiles are known for
 * stable noise, Gaussian noise being the one of exponent 2, not for Student's t. The
 * error of a quantile is measured by the quantile or, where it is that of the median,
 * by the scale of theta. The kurtosis has a standard error if theta has eight moments;
 * without one, and where a single draw shows in it, its verdict is `inconclusive`. C is
 * diagonal. A plan beyond the budget is not sampled. A rule that diverges has rows
 * without numbers where divergence is allowed, and is refused otherwise. The caller
 * frees law->rows, after a failure too. STATUS_USAGE for rates that are too small,
 * STATUS_MEMORY, and what ensembles return. */
PNM_MUST_USE int quantiles_compare(const struct sampling *sampling,
                                   const struct rule *rule,
                                   const struct problem *problem, const double *p,
                                   size_t count, struct quantile_law *law,
                                   struct error *error);

#endif
