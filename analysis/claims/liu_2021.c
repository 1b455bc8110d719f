/* SPDX-License-Identifier: GPL-3.0-or-later */
/* liu-2021: Liu, Ziyin and Ueda, "Noise and Fluctuation of Finite Learning Rate
 * Stochastic Gradient Descent": the exact covariance of SGD with momentum, and how far
 * the law in continuous time is from it. The noise does not commute with H. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODES = 2 };
static const double curvature[MODES] = {1, 2};
static const double noise[MODES * MODES] = {1, 0.5, 0.5, 1.5};

/* SGD is the rule with momentum 0; PyTorch's form, m' = mu m + g, is the paper's. */
static const struct {
    const char *rule;
    double momentum;
} rules[] = {{"sgd", 0},
             {"heavy_ball beta1=0.5 beta3=1", 0.5},
             {"heavy_ball beta1=0.9 beta3=1", 0.9}};
enum { RULES = sizeof rules / sizeof *rules };

/* Element ij of the solution of the paper's equation, which is diagonal in the
 * eigenbasis of the Hessian K:
 *     (1-mu) lambda (K S + S K) - (1+mu^2)/(1-mu^2) lambda^2 K S K
 *         + mu/(1-mu^2) lambda^2 (K^2 S + S K^2) = lambda^2 C. */
static double printed(double lambda, double mu, double h_i, double h_j, double c)
{
    const double rest = 1 - mu * mu;
    return lambda * lambda * c /
           ((1 - mu) * lambda * (h_i + h_j) -
            (1 + mu * mu) / rest * lambda * lambda * h_i * h_j +
            mu / rest * lambda * lambda * (h_i * h_i + h_j * h_j));
}

/* The three elements at a fraction of the stability limit, measured. */
static int add_exact_law(struct ledger *ledger, const struct claim *claim, size_t which,
                         double fraction, struct error *error)
{
    struct problem problem = {0};
    struct comparison *rows = NULL;
    size_t count = 0;
    struct rule rule;
    int status = rule_from(&rule, error, "%s", rules[which].rule);
    if (status != STATUS_OK)
        return status;
    claim_stationary_at(&rule, fraction, curvature[MODES - 1]);
    status = problem_init_dense(&problem, MODES, curvature, noise, error);
    if (status == STATUS_OK)
        status = stationary_compare(ledger->sampling, &rule, &problem, STATIONARY_PAIRS,
                                    claim->id, NULL, &rows, &count, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        const struct comparison *row = &rows[k];
        struct evidence evidence = row->evidence;
        char setting[200];
        evidence.paper = printed(rule.number[RULE_LR], rules[which].momentum, row->h_i,
                                 row->h_j, problem_noise(&problem, row->i, row->j));
        evidence.paper_scale = evidence_scale(evidence.paper);
        snprintf(setting, sizeof setting,
                 "Sigma_%zu%zu, %s, lambda=%.4g (%g of the limit) h=1,2 dense C",
                 row->i + 1, row->j + 1, rules[which].rule, rule.number[RULE_LR],
                 fraction);
        status = ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence,
                              row->plan.samples, error);
    }
    free(rows);
    problem_free(&problem);
    return status;
}

/* --- continuous time -------------------------------------------------------------- */

/* The variance of a mode in continuous time, lambda c/(2 (1-mu) h). */
static double continuous(const struct rule *rule, double mu)
{
    return rule->number[RULE_LR] / (2 * (1 - mu));
}

struct ratio_context {
    const struct rule *rule;
    double momentum;
};

static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct ratio_context *own = context;
    struct rule rule = *own->rule;
    enum exact_source source;
    claim_stationary_at(&rule, fraction, 1);
    const int status = theory_covariance(&rule, 1, 1, 1, value, &source, error);
    if (status == STATUS_OK)
        *value /= continuous(&rule, own->momentum);
    return status;
}

/* One mode over its variance in continuous time: a curve over the rate. */
static int add_continuous(struct ledger *ledger, const struct claim *claim,
                          size_t which, struct error *error)
{
    static const double fractions[] = {0.02, 0.1, 0.3, 0.6, 0.9};
    const double mu = rules[which].momentum;
    const size_t from = ledger->count;
    struct rule rule;
    char setting[200];
    int status = rule_from(&rule, error, "%s", rules[which].rule);
    for (size_t k = 0; status == STATUS_OK && k < 5; k++) {
        struct comparison row;
        claim_stationary_at(&rule, fractions[k], 1);
        status = stationary_mode(ledger->sampling, &rule, 1, 1, claim->id, &row, error);
        if (status != STATUS_OK)
            break;
        claim_stationary_normalize(&row.evidence, continuous(&rule, mu));
        row.evidence.paper = 1;
        row.evidence.paper_scale = 1;
        snprintf(setting, sizeof setting,
                 "variance over that in continuous time, %s, lambda h=%.4g (%g of the "
                 "limit)",
                 rules[which].rule, rule.number[RULE_LR], fractions[k]);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &row.evidence,
                              row.plan.samples, error);
    }
    if (status != STATUS_OK)
        return status;
    const struct ratio_context context = {&rule, mu};
    const struct limit limit = {
        .context = &context,
        .ratio = ratio,
        .variable = "lambda h",
        .paper = 1,
        .order = 1,
    };
    snprintf(setting, sizeof setting, "variance over that in continuous time, %s",
             rules[which].rule);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double fractions[] = {0.1, 0.9};
    int status = STATUS_OK;
    for (size_t which = 0; which < RULES; which++)
        for (size_t k = 0; status == STATUS_OK && k < 2; k++)
            status = add_exact_law(ledger, claim, which, fractions[k], error);
    for (size_t which = 0; status == STATUS_OK && which < RULES; which++)
        status = add_continuous(ledger, claim, which, error);
    return status;
}

const struct claim claim_liu_2021 = {
    .id = "liu-2021",
    .where = "Liu, Ziyin and Ueda, ICML 2021: SGD with and without momentum",
    .kind = CLAIM_VALUE,
    .statement = "(1-mu) lambda (K S + S K) - (1+mu^2)/(1-mu^2) lambda^2 K S K + "
                 "mu/(1-mu^2) lambda^2 (K^2 S + S K^2) = lambda^2 C at every rate "
                 "lambda; in continuous time S = lambda C/(2 (1-mu) K), which is too "
                 "small at a large rate",
    .check = check,
};
