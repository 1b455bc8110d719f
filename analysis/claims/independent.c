/* SPDX-License-Identifier: GPL-3.0-or-later */
/* independent: PNM's two momentum terms, m_t and m_{t-1}, are (approximately)
 * independent. They are where noise is all that they average. On a quadratic they
 * share theta, and their stationary correlation is -eta0 h (1 + 2 beta0)/2, minus the
 * fraction of the stability limit, for every beta1. */
#include "claims/shared/claim_known.h"
#include "claims/shared/claim_stationary.h"
#include "compare/streams.h"
#include "theory/noise_filter.h"

#include <math.h>
#include <stdio.h>

/* The correlation where the gradient is constant: from the implemented step's response
 * to one unit of noise, and from the written-out filter. */
static int check_noise_alone(struct ledger *ledger, const struct claim *claim,
                             struct error *error)
{
    enum { STEPS = 1024 };
    struct rule rule;
    struct noise_filter filter;
    int status = rule_from(&rule, error, "pnm lr=0.1 beta0=1 beta1=0.9");
    if (status == STATUS_OK)
        status = noise_filter_init(&filter, &rule, error);
    if (status != STATUS_OK)
        return status;
    double state[LINEAR_STATE] = {0}, product = 0, square = 0;
    for (uint64_t t = 0; t < STEPS; t++) {
        const double gradient = t == 0;
        rule.kind->step(&rule, t, 1, &gradient, &state[0], &state[1]);
        product += state[1] * state[2];
        square += state[1] * state[1];
    }
    const struct evidence evidence =
        claim_known(0, filter.covariance[1] / filter.covariance[0], product / square);
    return ledger_value(ledger, claim, FORM_PRINTED,
                        "noise alone (constant gradient), beta0=1 beta1=0.9", &evidence,
                        0, error);
}

struct point {
    double beta0, beta1, fraction; /* of the stability limit */
};

/* A measured point. */
struct finding {
    struct evidence evidence;
    double samples, eta0;
    char setting[120];
};

static int rule_at(const struct point *at, struct rule *rule, struct error *error)
{
    const int status = rule_from(rule, error, "pnm lr=1 beta0=%.17g beta1=%.17g",
                                 at->beta0, at->beta1);
    if (status == STATUS_OK)
        claim_stationary_at(rule, at->fraction, 1);
    return status;
}

static int find(const struct ledger *ledger, const struct claim *claim,
                const struct point *at, struct finding *finding, struct error *error)
{
    struct rule rule;
    int status = rule_at(at, &rule, error);
    if (status == STATUS_OK)
        status = streams_compare(ledger->sampling, &rule, claim->id, &finding->evidence,
                                 &finding->samples, error);
    if (status != STATUS_OK)
        return status;
    finding->eta0 = theory_normalized_lr(&rule);
    snprintf(finding->setting, sizeof finding->setting,
             "pnm beta0=%g beta1=%g, eta h=%.4g (%g of the limit)", at->beta0,
             at->beta1, rule.number[RULE_LR], at->fraction);
    return STATUS_OK;
}

static int add(struct ledger *ledger, const struct claim *claim, enum form form,
               const struct point *at, const struct finding *finding,
               struct error *error)
{
    struct evidence evidence = finding->evidence;
    char setting[200];
    evidence.paper =
        form == FORM_CORRECTED ? -finding->eta0 * (1 + 2 * at->beta0) / 2 : 0;
    evidence.paper_scale = evidence_scale(evidence.paper);
    snprintf(setting, sizeof setting, "%s%s", finding->setting,
             form == FORM_CORRECTED ? ", corrected: -eta0 h (1+2 beta0)/2" : "");
    return ledger_value(ledger, claim, form, setting, &evidence, finding->samples,
                        error);
}

/* One plus the correlation, so that it tends to a number that is not 0. */
static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    struct point at = *(const struct point *)context;
    struct rule rule;
    double correlation = 0;
    at.fraction = fraction;
    int status = rule_at(&at, &rule, error);
    if (status == STATUS_OK)
        status = streams_exact(&rule, &correlation, error);
    if (status == STATUS_OK)
        *value = 1 + correlation;
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    /* The first five are the curve. */
    static const struct point points[] = {{1, 0.5, 0.3}, {1, 0.5, 0.4}, {1, 0.5, 0.5},
                                          {1, 0.5, 0.7}, {1, 0.5, 0.9}, {1, 0, 0.5},
                                          {1, 0.9, 0.5}, {3, 0.9, 0.5}};
    enum { CURVE = 5, POINTS = sizeof points / sizeof *points };
    struct finding findings[POINTS];
    int status = check_noise_alone(ledger, claim, error);
    for (int k = 0; status == STATUS_OK && k < POINTS; k++)
        status = find(ledger, claim, &points[k], &findings[k], error);
    const size_t from = ledger->count;
    for (int k = 0; status == STATUS_OK && k < CURVE; k++)
        status = add(ledger, claim, FORM_FIRST_ORDER, &points[k], &findings[k], error);
    if (status != STATUS_OK)
        return status;
    const struct limit limit = {
        .context = &points[0],
        .ratio = ratio,
        .variable = "eta h",
        .paper = 1,
        .order = 1,
    };
    status =
        ledger_limit(ledger, claim, FORM_PRINTED,
                     "1 + the correlation, pnm beta0=1 beta1=0.5", &limit, from, error);
    for (int k = 0; status == STATUS_OK && k < POINTS; k++)
        status = add(ledger, claim, FORM_CORRECTED, &points[k], &findings[k], error);
    return status;
}

const struct claim claim_independent = {
    .id = "independent",
    .where = "sec. 2, eq. 6; sec. 3, after eq. 11",
    .kind = CLAIM_LIMIT,
    .statement = "PNM maintains two (approximately) independent momentum terms: "
                 "correlation of m_t and m_{t-1} 0",
    .check = check,
};
