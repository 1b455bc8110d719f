/* SPDX-License-Identifier: GPL-3.0-or-later */
/* posterior.h: the divergence of a rule's stationary law, a Gaussian, from the prior
 * N(0, I/lambda), with the paper's, the exact and the measured covariance. */
#ifndef PNM_POSTERIOR_H
#define PNM_POSTERIOR_H

#include "compare/stationary.h"
#include "engine/sampling.h"
#include "theory/pac_bayes.h"
#include "verdict/evidence.h"

enum posterior_kind { POSTERIOR_PAPER, POSTERIOR_EXACT, POSTERIOR_MEASURED };

struct posterior {
    bool known; /* false: not sampled, or the theory has no value */
    struct covariance_size size;
    double kl;
    double kl_se;         /* 0 if nothing is sampled */
    uint64_t count;       /* chains */
    double samples;       /* coordinate-steps of the plan */
    double plain_samples; /* those of a plan without control variates */
    bool decisive;
    /* Whether the measured covariance is so nearly singular that rounding leaves no
     * divergence; `why` says so then. */
    bool blurred;
    struct error why;
};

/* The posterior with the paper's or the exact covariance of the rule on the loss.
 * STATUS_USAGE if the covariance is singular; STATUS_SOFTWARE if it is so nearly
 * singular that its log-determinant may be off by more than POSTERIOR_LOST. */
#define POSTERIOR_LOST 1e-6
PNM_MUST_USE int posterior_theory(const struct rule *rule,
                                  const struct problem *problem,
                                  enum posterior_kind kind, double lambda,
                                  struct posterior *posterior, struct error *error);

/* The posterior with the measured covariance. Its log-determinant is corrected for the
 * bias of the logarithm of an estimate to second order: E ln det S^ = ln det S - E
 * tr((S^-1 (S^-S))^2)/2. */
PNM_MUST_USE int posterior_measure(const struct sampling *sampling,
                                   const struct rule *rule,
                                   const struct problem *problem, double lambda,
                                   const char *label, struct posterior *posterior,
                                   struct error *error);

#endif
