/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

void claim_stationary_at(struct rule *rule, double fraction, double h)
{
    rule->number[RULE_LR] = 1;
    rule->number[RULE_LR] = fraction * theory_find(rule->kind->name)->lr_limit(rule, h);
}

double claim_stationary_unit(const struct rule *rule, double h, double c)
{
    return theory_find(rule->kind->name)->applied_lr(rule) * c / (2 * h);
}

void claim_stationary_normalize(struct evidence *e, double unit)
{
    e->paper /= unit;
    e->exact /= unit;
    e->measured /= unit;
    e->se /= unit;
    e->paper_scale /= unit;
    e->exact_scale /= unit;
}

int claim_stationary_curve(struct ledger *ledger, const struct claim *claim,
                           const char *what, double paper, const double *fractions,
                           size_t count, struct error *error)
{
    const double h = 1, c = h / CLAIM_BATCH;
    struct rule rule;
    char setting[200];
    int status = rule_from(&rule, error, "%s", what);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        struct comparison row;
        claim_stationary_at(&rule, fractions[k], h);
        status = stationary_mode(ledger->sampling, &rule, h, c, claim->id, &row, error);
        if (status != STATUS_OK)
            break;
        claim_stationary_normalize(&row.evidence, claim_stationary_unit(&rule, h, c));
        row.evidence.paper = paper;
        row.evidence.paper_scale = evidence_scale(paper);
        snprintf(setting, sizeof setting, "%s, eta h=%.4g (%g of the limit)", what,
                 rule.number[RULE_LR] * h, fractions[k]);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &row.evidence,
                              row.plan.samples, error);
    }
    return status;
}

int claim_stationary_own(struct ledger *ledger, const struct claim *claim,
                         const char *what, struct error *error)
{
    static const double curvature[] = {1, 100, 1000};
    struct rule rule;
    int status = rule_from(&rule, error, "%s lr=1e-3", what);
    for (int k = 0; status == STATUS_OK && k < 3; k++) {
        const double h = curvature[k], c = h / CLAIM_BATCH;
        struct comparison row;
        char setting[200];
        status = stationary_mode(ledger->sampling, &rule, h, c, claim->id, &row, error);
        if (status != STATUS_OK)
            break;
        claim_stationary_normalize(&row.evidence, claim_stationary_unit(&rule, h, c));
        snprintf(setting, sizeof setting, "%s, paper's eta=0.001 B=128, h=%g", what, h);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &row.evidence,
                              row.plan.samples, error);
    }
    return status;
}

struct curve_context {
    const struct ledger *ledger;
    const struct rule *rule;
    double paper;
};

static int curve_ratio(const void *context, double fraction, double *ratio,
                       struct error *error)
{
    const struct curve_context *own = context;
    const double h = 1, c = h / CLAIM_BATCH;
    struct rule rule = *own->rule;
    enum exact_source source;
    double exact = 0;
    claim_stationary_at(&rule, fraction, h);
    const int status = theory_covariance(&rule, h, h, c, &exact, &source, error);
    if (status == STATUS_OK)
        *ratio = exact / claim_stationary_unit(&rule, h, c) / own->paper;
    return status;
}

int claim_stationary_limit(struct ledger *ledger, const struct claim *claim,
                           const char *what, enum form form, double paper,
                           const char *remark, size_t from, struct error *error)
{
    struct rule rule;
    int status = rule_from(&rule, error, "%s", what);
    if (status != STATUS_OK)
        return status;
    const struct curve_context context = {ledger, &rule, paper};
    const struct limit limit = {
        .context = &context,
        .ratio = curve_ratio,
        .variable = "eta h",
        .paper = paper,
        .order = 1,
    };
    char setting[200];
    snprintf(setting, sizeof setting, "%s%s", what, remark);
    return ledger_limit(ledger, claim, form, setting, &limit, from, error);
}

int claim_stationary_exact(const struct rule *above, const struct rule *below, double h,
                           double c, double *ratio, struct error *error)
{
    double x, y;
    enum exact_source source;
    int status = theory_covariance(above, h, h, c, &x, &source, error);
    if (status == STATUS_OK)
        status = theory_covariance(below, h, h, c, &y, &source, error);
    if (status == STATUS_OK)
        *ratio = x / y;
    return status;
}

struct evidence claim_stationary_quotient(const struct evidence *a,
                                          const struct evidence *b, double exact,
                                          double paper)
{
    const double measured = a->measured / b->measured;
    return (struct evidence){
        .paper = paper,
        .exact = exact,
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .sampled = a->sampled && b->sampled,
        .decisive = a->decisive && b->decisive,
        .count = a->count < b->count ? a->count : b->count,
        .plain_samples = a->plain_samples + b->plain_samples,
        .measured = measured,
        .se = fabs(measured) * hypot(a->se / a->measured, b->se / b->measured),
    };
}

int claim_stationary_ratio(struct ledger *ledger, const struct rule *above,
                           const struct rule *below, double h, double c, double paper,
                           const char *label, struct evidence *ratio, double *samples,
                           struct error *error)
{
    double exact;
    struct comparison x, y;
    int status = claim_stationary_exact(above, below, h, c, &exact, error);
    if (status != STATUS_OK)
        return status;
    /* Tries the sharper precision first, and the usual one if the budget is too small.
     */
    const double usual = ledger->sampling->precision;
    const double sharp =
        ledger->sampling->precision_given
            ? usual
            : estimate_target(usual, exact, paper, fabs(exact)) / fabs(exact);
    const double tries[2] = {sharp, usual};
    for (int k = 0; k < (sharp < usual ? 2 : 1); k++) {
        struct sampling sampling = *ledger->sampling;
        sampling.precision = tries[k];
        sampling_scale_precision(&sampling, 1 / sqrt(2));
        sampling.precision_given = true;
        sampling.quiet = true;
        status = stationary_mode(&sampling, above, h, c, label, &x, error);
        if (status == STATUS_OK && x.evidence.sampled)
            status = stationary_mode(&sampling, below, h, c, label, &y, error);
        else
            y = x;
        if (status != STATUS_OK)
            return status;
        if (x.evidence.sampled && y.evidence.sampled)
            break;
    }
    *samples = x.plan.samples + y.plan.samples;
    *ratio = claim_stationary_quotient(&x.evidence, &y.evidence, exact, paper);
    return STATUS_OK;
}
