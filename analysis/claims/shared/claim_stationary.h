/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_stationary.h: shared by the claims on stationary covariances. */
#ifndef PNM_CLAIM_STATIONARY_H
#define PNM_CLAIM_STATIONARY_H

#include "compare/stationary.h"
#include "rules/rule_from.h"
#include "verdict/ledger.h"

/* Gives the rule the learning rate that is this fraction of its stability limit at
 * curvature h. */
void claim_stationary_at(struct rule *rule, double fraction, double h);

/* The batch size of the paper's example, and the noise variance H/B of a mode. */
#define CLAIM_BATCH 128.0

/* The unit of a stationary variance: applied_lr c / (2 h), that is eta_applied / (2B).
 */
double claim_stationary_unit(const struct rule *rule, double h, double c);

/* Divides values, errors and scales of the evidence by `unit`. */
void claim_stationary_normalize(struct evidence *evidence, double unit);

/* Adds a row of the form `first order` for each fraction of the stability limit: Sigma
 * / (eta_applied/(2B)) at h = 1, B = CLAIM_BATCH, against the paper's value `paper` in
 * that unit. `what` is the rule without a learning rate, as rule_from reads it and as
 * settings show it. */
PNM_MUST_USE int claim_stationary_curve(struct ledger *ledger,
                                        const struct claim *claim, const char *what,
                                        double paper, const double *fractions,
                                        size_t count, struct error *error);

/* Adds a row of the form `first order` for each of three curvatures, which the paper
 * leaves open, at its own setting: eta = 1e-3 and B = CLAIM_BATCH. */
PNM_MUST_USE int claim_stationary_own(struct ledger *ledger, const struct claim *claim,
                                      const char *what, struct error *error);

/* Adds the row of the limit, whose exact_verdict joins those of the rows since `from`,
 * before them. */
PNM_MUST_USE int claim_stationary_limit(struct ledger *ledger,
                                        const struct claim *claim, const char *what,
                                        enum form form, double paper,
                                        const char *remark, size_t from,
                                        struct error *error);

/* Ratio of the exact variances of two rules on a mode of curvature h and noise c. */
PNM_MUST_USE int claim_stationary_exact(const struct rule *above,
                                        const struct rule *below, double h, double c,
                                        double *ratio, struct error *error);

/* The quotient of two numbers that are measured independently, with its standard error.
 */
struct evidence claim_stationary_quotient(const struct evidence *above,
                                          const struct evidence *below, double exact,
                                          double paper);

/* Ratio of two measured variances with its standard error; both modes have curvature h
 * and noise c. Both are planned so that the ratio reaches the precision that its
 * verdicts need. *samples is the number of steps that both need. */
PNM_MUST_USE int claim_stationary_ratio(struct ledger *ledger, const struct rule *above,
                                        const struct rule *below, double h, double c,
                                        double paper, const char *label,
                                        struct evidence *ratio, double *samples,
                                        struct error *error);

#endif
