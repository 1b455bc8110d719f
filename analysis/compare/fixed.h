/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fixed.h: the law of theta at fixed steps, exact and measured, for linear rules at any
 * curvature and learning rate.
 *
 * At one step a chain gives one independent sample of a Gaussian law, so chains are
 * planned from it and nothing is burnt in. */
#ifndef PNM_COMPARE_FIXED_H
#define PNM_COMPARE_FIXED_H

#include "engine/sampling.h"
#include "rules/average.h"
#include "theory/theory.h"
#include "verdict/evidence.h"

enum fixed_quantity {
    FIXED_MEAN,       /* E theta_i */
    FIXED_COVARIANCE, /* Cov(theta_i, theta_j) */
    FIXED_EXCESS      /* E f - f(theta*), the sum over all modes */
};

struct fixed_row {
    enum fixed_quantity quantity;
    size_t i, j; /* i <= j from 0; 0 for the excess */
    enum exact_source source;
    struct evidence evidence;
    struct verdicts verdicts;
};

/* What is compared: variances, all pairs, or the excess alone, for which chains are
 * planned then. */
enum fixed_elements { FIXED_DIAGONAL, FIXED_PAIRS, FIXED_SUM };

struct fixed_law {
    struct fixed_row *rows; /* count */
    size_t count;
    struct chains chains; /* planned or given */
    double samples;       /* coordinate-steps of a row */
};

/* Compares the law at `step` > 0 of one rule on one loss. A plan beyond the budget is
 * not sampled. The scale of a mean is the root of E(theta - theta*)^2. The caller frees
 * law->rows, after a failure too. STATUS_MEMORY, and what ensembles return. */
PNM_MUST_USE int fixed_compare(const struct sampling *sampling, const struct rule *rule,
                               const struct problem *problem,
                               enum fixed_elements elements, uint64_t step,
                               struct fixed_law *law, struct error *error);

/* The same of an average of theta, which needs more steps than it begins after; NULL or
 * AVERAGE_NONE: theta itself. FIXED_STATIONARY asks for the stationary law of an
 * AVERAGE_EMA; its chains are so long that what the start leaves is a small part of the
 * wanted error, and a rule that is not stable is refused with STATUS_USAGE. */
enum { FIXED_STATIONARY = 0 };
PNM_MUST_USE int fixed_compare_average(const struct sampling *sampling,
                                       const struct rule *rule,
                                       const struct problem *problem,
                                       enum fixed_elements elements,
                                       const struct average *average, uint64_t step,
                                       struct fixed_law *law, struct error *error);

#endif
