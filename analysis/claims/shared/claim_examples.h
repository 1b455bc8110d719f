/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_examples.h: shared by the claims that are checked with the noise of
 * minibatches, too: least squares on fresh examples, whose noise depends on theta and
 * feeds itself, and samples that are drawn without replacement, whose noise is
 * correlated from step to step. */
#ifndef PNM_CLAIM_EXAMPLES_H
#define PNM_CLAIM_EXAMPLES_H

#include "compare/stationary.h"

enum { CLAIM_EXAMPLES_MODES = 3 };

/* The curvatures, and the examples of a minibatch. The residuals have variance 1, so
 * that at the minimum C = H / CLAIM_EXAMPLES_BATCH. */
extern const double claim_examples_h[CLAIM_EXAMPLES_MODES];
#define CLAIM_EXAMPLES_BATCH 2.0

/* The rate that the rules of these claims apply. */
#define CLAIM_EXAMPLES_RATE 0.1

enum claim_examples { CLAIM_EXAMPLES_FRESH, CLAIM_EXAMPLES_EPOCHS };

/* The samples of an epoch. */
#define CLAIM_EXAMPLES_TRAIN 64

/* Measures the variances of a rule; `paper` is that of independent noise that is as
 * large as theirs at the minimum. Rows of epochs are averages over the phases. */
PNM_MUST_USE int claim_examples_compare(const struct sampling *sampling,
                                        const struct rule *rule,
                                        enum claim_examples kind, const char *label,
                                        struct comparison row[CLAIM_EXAMPLES_MODES],
                                        struct error *error);

#endif
