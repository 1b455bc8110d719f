/* posterior.h: the Gaussian that a rule's stationary law is, seen against the prior
 * N(0, I/lambda): the paper's covariance, the exact one, the measured one. */
#ifndef PNM_POSTERIOR_H
#define PNM_POSTERIOR_H

#include "compare/stationary.h"
#include "engine/sampling.h"
#include "theory/pac_bayes.h"
#include "verdict/evidence.h"

enum posterior_kind { POSTERIOR_PAPER, POSTERIOR_EXACT, POSTERIOR_MEASURED };

struct posterior {
    bool known; /* false: not sampled, or nothing to compute it from */
    struct covariance_size size;
    double kl;
    double kl_se;   /* 0 where nothing is sampled */
    uint64_t count; /* chains */
    double samples; /* that the plan asks for */
    bool decisive;
};

/* Paper's or exact covariance of the rule on the loss. STATUS_USAGE if it is singular.
 */
PNM_MUST_USE int posterior_theory(const struct rule *rule,
                                  const struct problem *problem,
                                  enum posterior_kind kind, double lambda,
                                  struct posterior *posterior, struct error *error);

/* The measured one. Its log-determinant is corrected for the bias of the logarithm of
 * an estimate to second order: E ln det S^ = ln det S - E tr((S^-1 (S^-S))^2)/2. */
PNM_MUST_USE int posterior_measure(const struct sampling *sampling,
                                   const struct rule *rule,
                                   const struct problem *problem, double lambda,
                                   const char *label, struct posterior *posterior,
                                   struct error *error);

#endif
