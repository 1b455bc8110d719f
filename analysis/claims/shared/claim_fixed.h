/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_fixed.h: shared by the claims on variances after T steps. */
#ifndef PNM_CLAIM_FIXED_H
#define PNM_CLAIM_FIXED_H

#include "compare/fixed.h"
#include "rules/rule_from.h"
#include "verdict/ledger.h"

/* Var of theta, or of an average of it, after T steps from theta* in one mode, divided
 * by a unit. */
struct claim_fixed {
    double h, noise;
    const struct average *average; /* NULL: theta */
    double (*unit)(const struct claim_fixed *fixed, const struct rule *rule,
                   double steps);
    double least; /* the steps at 1/T = 1 of a limit: T is least/fraction */
};

/* Adds a row for each of steps[count], exact and measured against the paper's value in
 * that unit. `what` is the rule as settings show it. Where the paper's value is not
 * judged, FORM_FIRST_ORDER, the planned error is a fifth of the band of 1 %. */
PNM_MUST_USE int claim_fixed_rows(struct ledger *ledger, const struct claim *claim,
                                  const struct claim_fixed *fixed,
                                  const struct rule *rule, const char *what,
                                  const uint64_t *steps, size_t count, double paper,
                                  enum form form, struct error *error);

/* Adds the row of the limit T -> infinity of the exact value, in 1/T, before the rows
 * since `from`, which are its curve. */
PNM_MUST_USE int claim_fixed_limit(struct ledger *ledger, const struct claim *claim,
                                   const struct claim_fixed *fixed,
                                   const struct rule *rule, const char *setting,
                                   double paper, enum form form, size_t from,
                                   struct error *error);

#endif
