/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fixed_law.h: which exact law fixed.c compares with: that of theta or of an average of
 * it at a step, or the stationary law of an average; for fixed.c only. */
#ifndef PNM_COMPARE_FIXED_LAW_H
#define PNM_COMPARE_FIXED_LAW_H

#include "engine/sampling.h"
#include "theory/average.h"

struct fixed_watch {
    const struct average *average; /* NULL: theta */
    uint64_t step;                 /* of the chains */
    bool stationary;               /* the law is the stationary one */
};

/* Of modes i and j; the mean is that of mode i. */
struct fixed_pair {
    double mean; /* of theta - theta* */
    double covariance;
    enum exact_source source;
    /* Absolute bounds of what is left in the law of the step, if it is compared with
     * the stationary one, and of the error of the covariance. */
    double mean_bias, bias, error;
};

PNM_MUST_USE int fixed_law_of(const struct fixed_watch *watch, const struct rule *rule,
                              const struct problem *problem, size_t i, size_t j,
                              struct fixed_pair *pair, struct error *error);

/* Sets watch->step so that what the start leaves in every mean and variance is below a
 * twentieth of the precision, relative to the standard deviation and to the variance.
 * STATUS_USAGE for a rule that is not stable. */
PNM_MUST_USE int fixed_law_settle(struct fixed_watch *watch,
                                  const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct problem *problem, struct error *error);

#endif
