/* SPDX-License-Identifier: GPL-3.0-or-later */
/* optimal_beta0.h: the beta0 whose stationary law lies nearest to the prior. */
#ifndef PNM_OPTIMAL_BETA0_H
#define PNM_OPTIMAL_BETA0_H

#include "compare/posterior.h"

/* Sets the rule's beta0 to the value in [0, OPTIMAL_BETA0_LARGEST] that minimises the
 * divergence from N(0, I/lambda), and with it every bound, under the paper's or the
 * exact covariance. It scans beta0 = 0 and 40 values a decade, then uses GSL's Brent
 * minimiser between the neighbours of the best. Values at which the rule is unstable
 * are skipped. *at_end, if not NULL: the divergence still falls at an end of the range,
 * so that the value is that end and no minimum; 0 counts as an end, too. STATUS_USAGE
 * if the rule has no beta0 or is never stable. */
#define OPTIMAL_BETA0_LARGEST 1e8
PNM_MUST_USE int optimal_beta0(struct rule *rule, const struct problem *problem,
                               enum posterior_kind kind, double lambda, bool *at_end,
                               struct error *error);

#endif
