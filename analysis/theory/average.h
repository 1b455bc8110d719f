/* SPDX-License-Identifier: GPL-3.0-or-later */
/* average.h: the exact law of averages of iterates (rules/average.h) of linear rules.
 *
 * An average, or the sum that it is made of, is one more number of the linear system,
 * put before theta: a' = a + theta' or a' = (1 - rate) a + rate theta', where theta' is
 * the row of theta of A s + b xi. So its law follows from the same sums of powers as
 * that of theta, about log2(T) small products, and its stationary law from the same
 * Stein equation. */
#ifndef PNM_THEORY_AVERAGE_H
#define PNM_THEORY_AVERAGE_H

#include "rules/average.h"
#include "theory/at_step.h"

/* Mean of the average of mode i minus theta*, and covariance of those of modes i and j,
 * after at->step steps from the start that `at` gives. Without an average (NULL or
 * AVERAGE_NONE) it is the law of theta. Polyak's average needs at->step > from. The
 * rule has a linear law (rule_has_law). */
enum exact_source average_law(const struct rule *rule, const struct average *average,
                              const struct at_step *at, double *mean,
                              double *covariance);

/* The stationary law of an AVERAGE_EMA; at->offset and at->step are not read. *bound
 * becomes the error that is left in the covariance, absolute. The rule must be stable.
 * STATUS_SOFTWARE at the stability limit. */
PNM_MUST_USE int average_stationary(const struct rule *rule,
                                    const struct average *average,
                                    const struct at_step *at, double *mean,
                                    double *covariance, double *bound,
                                    enum exact_source *source, struct error *error);

/* What the number of averaged steps times the covariance of Polyak's averages tends to:
 * c sum_k g_ik g_jk, where g_k = theta's part of (I - A)^-1 b_k is how far a constant
 * unit of noise in sample k moves theta: -1/h for a rule of one sample. NAN where the
 * rule is not stable. STATUS_SOFTWARE as linear_system_margin. */
PNM_MUST_USE int average_limit(const struct rule *rule, double h_i, double h_j,
                               double c, double *limit, struct error *error);

#endif
