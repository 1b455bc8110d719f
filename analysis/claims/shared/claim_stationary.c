#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

struct rule claim_rule_make(const struct claim_rule *what, double lr)
{
    struct rule rule = rule_of(rule_kind_find(what->name), lr);
    const struct {
        const char *name;
        double value;
    } given[] = {
        {"beta0", what->beta0}, {"beta1", what->beta1}, {"beta3", what->beta3}};
    for (size_t k = 0; k < sizeof given / sizeof *given; k++)
        if (!isnan(given[k].value))
            rule_set(&rule, given[k].name, given[k].value);
    rule_complete(&rule);
    return rule;
}

struct rule claim_rule_at(const struct claim_rule *what, double fraction, double h)
{
    struct rule rule = claim_rule_make(what, 1);
    rule.number[RULE_LR] = fraction * theory_find(what->name)->lr_limit(&rule, h);
    return rule;
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

static void describe(const struct claim_rule *what, size_t size, char *text)
{
    const struct {
        const char *name;
        double value;
    } parameters[] = {
        {"beta0", what->beta0}, {"beta1", what->beta1}, {"beta3", what->beta3}};
    int used = snprintf(text, size, "%s", what->name);
    for (size_t k = 0; k < sizeof parameters / sizeof *parameters; k++)
        if (!isnan(parameters[k].value))
            used += snprintf(text + used, size - (size_t)used, " %s=%g",
                             parameters[k].name, parameters[k].value);
}

int claim_stationary_curve(struct ledger *ledger, const struct claim *claim,
                           const struct claim_rule *what, double paper,
                           const double *fractions, size_t count, struct error *error)
{
    const double h = 1, c = h / CLAIM_BATCH;
    char name[128], setting[200];
    int status = STATUS_OK;
    describe(what, sizeof name, name);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        const struct rule rule = claim_rule_at(what, fractions[k], h);
        struct comparison row;
        status = stationary_mode(ledger->sampling, &rule, h, c, claim->id, &row, error);
        if (status != STATUS_OK)
            break;
        claim_stationary_normalize(&row.evidence, claim_stationary_unit(&rule, h, c));
        row.evidence.paper = paper;
        row.evidence.paper_scale = evidence_scale(paper);
        snprintf(setting, sizeof setting, "%s, eta h=%.4g (%g of the limit)", name,
                 rule.number[RULE_LR] * h, fractions[k]);
        status = ledger_value(ledger, claim, FORM_PRINTED, setting, &row.evidence,
                              row.plan.samples, error);
    }
    return status;
}

struct curve_context {
    const struct ledger *ledger;
    const struct claim_rule *what;
    double paper;
};

static double curve_ratio(const void *context, double fraction)
{
    const struct curve_context *own = context;
    const double h = 1, c = h / CLAIM_BATCH;
    const struct rule rule = claim_rule_at(own->what, fraction, h);
    struct error ignored;
    enum exact_source source;
    double exact;
    if (theory_covariance(&rule, h, h, c, &exact, &source, &ignored) != STATUS_OK)
        return NAN;
    return exact / claim_stationary_unit(&rule, h, c) / own->paper;
}

int claim_stationary_limit(struct ledger *ledger, const struct claim *claim,
                           const struct claim_rule *what, enum form form, double paper,
                           const char *remark, size_t from, struct error *error)
{
    const struct curve_context context = {ledger, what, paper};
    const struct limit limit = {
        .context = &context,
        .ratio = curve_ratio,
        .variable = "eta h",
        .paper = paper,
        .order = 1,
        .curve = ledger_curve(ledger, from),
    };
    char name[128], setting[200];
    describe(what, sizeof name, name);
    snprintf(setting, sizeof setting, "%s%s", name, remark);
    return ledger_limit(ledger, claim, form, setting, &limit, error);
}

static int exact_ratio(const struct rule *above, const struct rule *below, double h,
                       double c, double *ratio, struct error *error)
{
    double x, y;
    enum exact_source source;
    int status = theory_covariance(above, h, h, c, &x, &source, error);
    if (status == STATUS_OK)
        status = theory_covariance(below, h, h, c, &y, &source, error);
    *ratio = status == STATUS_OK ? x / y : NAN;
    return status;
}

int claim_stationary_ratio(struct ledger *ledger, const struct rule *above,
                           const struct rule *below, double h, double c, double paper,
                           const char *label, struct evidence *ratio, double *samples,
                           struct error *error)
{
    double exact;
    struct comparison x, y;
    int status = exact_ratio(above, below, h, c, &exact, error);
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
        sampling.precision = tries[k] / sqrt(2);
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
    const struct evidence *a = &x.evidence, *b = &y.evidence;
    *samples = x.plan.samples + y.plan.samples;
    *ratio = (struct evidence){
        .paper = paper,
        .exact = exact,
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .sampled = a->sampled && b->sampled,
        .decisive = a->decisive && b->decisive,
        .count = a->count < b->count ? a->count : b->count,
        .measured = a->measured / b->measured,
        .se =
            a->measured / b->measured * hypot(a->se / a->measured, b->se / b->measured),
    };
    return STATUS_OK;
}
