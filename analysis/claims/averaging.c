/* SPDX-License-Identifier: GPL-3.0-or-later */
/* averaging: T Cov of the mean of T iterates tends to H^-1 C H^-1 for every rule of one
 * gradient a step, whatever its rate and its momentum. By eqs. 13 and 18 PNM would have
 * gamma times as much, as two independent minibatches a step do. */
#include "claims/shared/claim_fixed.h"

#include <stdio.h>

static const struct average polyak = {.kind = AVERAGE_POLYAK};

/* The unit of the variance of an average: c/h^2 / T. */
static double unit_of(const struct claim_fixed *fixed, const struct rule *rule,
                      double steps)
{
    (void)rule;
    return fixed->noise / (fixed->h * fixed->h) / steps;
}

static const struct claim_fixed average = {
    .h = 1, .noise = 1, .average = &polyak, .unit = unit_of, .least = 64};

/* A rule, its rates, of which the first has a curve over T, the limit that is printed
 * and the one that follows from the definitions. */
struct averaging_case {
    const char *rule;
    double printed, limit;
    double lr[3]; /* 0: none */
};

static int add_limit(struct ledger *ledger, const struct claim *claim,
                     const struct rule *rule, const char *what, double paper,
                     enum form form, size_t from, struct error *error)
{
    char setting[200];
    snprintf(setting, sizeof setting, "%s%s", what,
             form == FORM_CORRECTED ? ", corrected: the noise of one gradient" : "");
    return claim_fixed_limit(ledger, claim, &average, rule, setting, paper, form, from,
                             error);
}

/* At the first rate: the curve, the printed limit, and the other one if it is another.
 */
static int add_curve(struct ledger *ledger, const struct claim *claim,
                     const struct averaging_case *of, const struct rule *rule,
                     const char *what, struct error *error)
{
    static const uint64_t steps[] = {8, 16, 32, 64, 128};
    const size_t count = sizeof steps / sizeof *steps, from = ledger->count;
    int status = claim_fixed_rows(ledger, claim, &average, rule, what, steps, count,
                                  of->printed, FORM_FIRST_ORDER, error);
    if (status == STATUS_OK)
        status = add_limit(ledger, claim, rule, what, of->printed, FORM_PRINTED, from,
                           error);
    if (status == STATUS_OK && of->printed != of->limit)
        status = add_limit(ledger, claim, rule, what, of->limit, FORM_CORRECTED,
                           from + 1, error);
    return status;
}

/* At the others: the limit that is the same for all of them. */
static int add_rate(struct ledger *ledger, const struct claim *claim,
                    const struct averaging_case *of, double lr, bool first,
                    struct error *error)
{
    struct rule rule;
    char what[100];
    const int status = rule_from(&rule, error, "%s lr=%g", of->rule, lr);
    snprintf(what, sizeof what, "%s lr=%g", of->rule, lr);
    if (status != STATUS_OK)
        return status;
    return first ? add_curve(ledger, claim, of, &rule, what, error)
                 : add_limit(ledger, claim, &rule, what, of->limit,
                             of->printed == of->limit ? FORM_PRINTED : FORM_CORRECTED,
                             ledger->count, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct averaging_case cases[] = {
        {"sgd", 1, 1, {0.5, 0.1, 1.8}},
        {"heavy_ball beta1=0.9", 1, 1, {0.5, 0.1, 1.8}},
        {"pnm beta0=0 beta1=0.9", 1, 1, {0.5, 0.1, 1.8}},
        {"pnm beta0=1 beta1=0.9", 5, 1, {0.5, 0.1, 1.4}},
        {"pnm beta0=1 beta1=0", 5, 1, {0.5, 0.1, 1.4}},
        {"pnm beta0=3 beta1=0.9", 25, 1, {0.5, 0.1, 1.4}},
        {"two_batch beta0=1", 5, 5, {0.5, 0.1, 4}},
        {"two_batch beta0=3", 25, 25, {0.5, 0.1, 9}},
    };
    int status = STATUS_OK;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int r = 0; status == STATUS_OK && r < 3; r++)
            status = add_rate(ledger, claim, &cases[k], cases[k].lr[r], r == 0, error);
    return status;
}

const struct claim claim_averaging = {
    .id = "averaging",
    .where = "sec. 4.1, eqs. 13, 18 and 19",
    .kind = CLAIM_LIMIT,
    .statement = "T Cov of the mean of T iterates tends to H^-1 C_method H^-1, C_pnm = "
                 "gamma C; values in units of c/h^2",
    .check = check,
};
