/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flat: where the loss is flat, H = 0, theta is a sum of what steps apply, so that Var
 * theta_T grows by eta_applied^2 c times the square of the rule's long-run gain in a
 * step. Eqs. 13 and 18 have gamma times as much for PNM. */
#include "claims/shared/claim_fixed.h"

#include <math.h>
#include <stdio.h>

/* The unit of Var theta_T: eta_applied^2 c T. */
static double unit_of(const struct claim_fixed *fixed, const struct rule *rule,
                      double steps)
{
    const struct theory *theory = theory_find(rule->kind->name);
    const double rate = theory && theory->applied_lr ? theory->applied_lr(rule)
                                                     : rule_parameter(rule, "lr");
    return rate * rate * fixed->noise * steps;
}

static const struct claim_fixed flat = {
    .h = 0, .noise = 1, .unit = unit_of, .least = 1};

/* One rule: its curve over T, the limit that is printed or, if the paper has none
 * (NAN), none, and the limit that follows from the rule's long-run gain. */
struct flat_case {
    const char *rule;
    double printed, gain;
};

static int add_limit(struct ledger *ledger, const struct claim *claim,
                     const struct rule *rule, const char *what, double paper,
                     enum form form, size_t from, struct error *error)
{
    char setting[200];
    snprintf(setting, sizeof setting, "%s%s", what,
             form == FORM_CORRECTED ? ", corrected: the squared long-run gain" : "");
    return claim_fixed_limit(ledger, claim, &flat, rule, setting, paper, form, from,
                             error);
}

static int add_case(struct ledger *ledger, const struct claim *claim,
                    const struct flat_case *of, struct error *error)
{
    static const uint64_t steps[] = {2, 4, 8, 12, 16};
    const double limit = of->gain * of->gain;
    const bool printed = !isnan(of->printed), other = of->printed != limit;
    size_t from = ledger->count;
    struct rule rule;
    int status = rule_from(&rule, error, "%s lr=0.1", of->rule);
    if (status == STATUS_OK)
        status = claim_fixed_rows(
            ledger, claim, &flat, &rule, of->rule, steps, sizeof steps / sizeof *steps,
            printed ? of->printed : limit, FORM_FIRST_ORDER, error);
    if (status == STATUS_OK && printed)
        status = add_limit(ledger, claim, &rule, of->rule, of->printed, FORM_PRINTED,
                           from++, error);
    if (status == STATUS_OK && other)
        status = add_limit(ledger, claim, &rule, of->rule, limit, FORM_CORRECTED, from,
                           error);
    return status;
}

/* Rules without memory, whose variance is the printed one at every T. */
static int add_memoryless(struct ledger *ledger, const struct claim *claim,
                          const char *what, double printed, struct error *error)
{
    static const uint64_t steps = 8;
    struct rule rule;
    const int status = rule_from(&rule, error, "%s lr=0.1", what);
    return status == STATUS_OK
               ? claim_fixed_rows(ledger, claim, &flat, &rule, what, &steps, 1, printed,
                                  FORM_PRINTED, error)
               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct flat_case cases[] = {
        {"heavy_ball beta1=0.9", 1, 1},
        {"heavy_ball beta1=0.9 beta3=1", 10, 10},
        {"pnm beta0=1 beta1=0.9", 5, 1},
        {"pnm beta0=3 beta1=0.9", 25, 1},
        {"pnm_eq7 beta0=1 beta1=0.9", 5, 1.1 / 1.9},
        {"nesterov beta1=0.9", NAN, 10},
        {"qhm beta1=0.9 nu=0.7", NAN, 1},
    };
    int status = add_memoryless(ledger, claim, "sgd", 1, error);
    if (status == STATUS_OK)
        status = add_memoryless(ledger, claim, "two_batch beta0=1", 5, error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof cases / sizeof *cases; k++)
        status = add_case(ledger, claim, &cases[k], error);
    return status;
}

const struct claim claim_flat = {
    .id = "flat",
    .where = "sec. 4.1, eqs. 13, 16 and 18",
    .kind = CLAIM_LIMIT,
    .statement = "at H = 0, Var theta_T = eta_applied^2 C_method T, C_pnm = gamma C, "
                 "C_hb = beta3/(1-beta1) C; values in units of eta_applied^2 c T",
    .check = check,
};
