/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flat: where the loss is flat, H = 0, theta is a sum of what steps apply, so that Var
 * theta_T grows by eta_applied^2 c times the square of the rule's long-run gain in a
 * step. Eqs. 13 and 18 have gamma times as much for PNM. */
#include "claims/shared/claim_stationary.h"
#include "compare/fixed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double noise = 1;

/* The unit of Var theta_T: eta_applied^2 c T. */
static double unit_of(const struct rule *rule, double steps)
{
    const struct theory *theory = theory_find(rule->kind->name);
    const double rate = theory && theory->applied_lr ? theory->applied_lr(rule)
                                                     : rule_parameter(rule, "lr");
    return rate * rate * noise * steps;
}

struct flat_limit {
    const struct rule *rule;
    double paper;
};

/* At T = 1/fraction steps, from the exact law. */
static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct flat_limit *own = context;
    struct problem problem;
    struct sampling exact = {.exact_only = true};
    struct fixed_law law = {.rows = NULL};
    const double steps = rint(1 / fraction);
    int status = problem_init_mode(&problem, 0, noise, error);
    if (status == STATUS_OK)
        status = fixed_compare(&exact, own->rule, &problem, FIXED_DIAGONAL,
                               (uint64_t)steps, &law, error);
    if (status == STATUS_OK)
        *value = law.rows[1].evidence.exact / unit_of(own->rule, steps) / own->paper;
    free(law.rows);
    problem_free(&problem);
    return status;
}

/* The relative error from which bands of 1 % are made, where the paper's value is not
 * judged. */
static const double coarse = 0.002;

/* Measures Var theta_T in its unit. */
static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct rule *rule, const char *what, uint64_t steps,
                   double paper, enum form form, struct error *error)
{
    struct problem problem;
    struct sampling sampling = *ledger->sampling;
    struct fixed_law law = {.rows = NULL};
    char setting[200];
    if (form == FORM_FIRST_ORDER)
        sampling.precision = fmax(sampling.precision, coarse);
    sampling.quiet = true;
    int status = problem_init_mode(&problem, 0, noise, error);
    if (status == STATUS_OK)
        status = fixed_compare(&sampling, rule, &problem, FIXED_DIAGONAL, steps, &law,
                               error);
    if (status == STATUS_OK) {
        struct evidence evidence = law.rows[1].evidence;
        claim_stationary_normalize(&evidence, unit_of(rule, (double)steps));
        evidence.paper = paper;
        evidence.paper_scale = evidence_scale(paper);
        snprintf(setting, sizeof setting, "%s, T=%llu", what,
                 (unsigned long long)steps);
        status =
            ledger_value(ledger, claim, form, setting, &evidence, law.samples, error);
    }
    free(law.rows);
    problem_free(&problem);
    return status;
}

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
    const struct flat_limit context = {rule, paper};
    const struct limit limit = {
        .context = &context,
        .ratio = ratio,
        .variable = "1/T",
        .paper = paper,
        .order = 1,
    };
    char setting[200];
    snprintf(setting, sizeof setting, "%s%s", what,
             form == FORM_CORRECTED ? ", corrected: the squared long-run gain" : "");
    return ledger_limit(ledger, claim, form, setting, &limit, from, error);
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
    for (size_t k = 0; status == STATUS_OK && k < sizeof steps / sizeof *steps; k++)
        status = add_row(ledger, claim, &rule, of->rule, steps[k],
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
    struct rule rule;
    const int status = rule_from(&rule, error, "%s lr=0.1", what);
    return status == STATUS_OK
               ? add_row(ledger, claim, &rule, what, 8, printed, FORM_PRINTED, error)
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
