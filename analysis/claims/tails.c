/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tails: noise that is taken to be Gaussian by the central limit theorem. With a fourth
 * moment it changes nothing of Sigma, for no rule, and the law of theta becomes
 * Gaussian as the rate falls; without a variance theta has no covariance, stays as far
 * from Gaussian as the noise, and PNM's scale is SGD's at the rate that it applies. */
#include "claims/shared/claim_stationary.h"
#include "compare/quantiles.h"
#include "theory/response.h"
#include "theory/stable_law.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define PNM "pnm beta0=1 beta1=0.9"
static const double gamma_of_pnm = 5;

static const struct noise_law gaussian = {NOISE_GAUSSIAN, 0},
                              student = {NOISE_STUDENT, 16},
                              light = {NOISE_STUDENT, 30}, stable = {NOISE_STABLE, 1.5};

/* PNM at a fraction of its limit at curvature 1, and SGD at the rate that it applies.
 */
struct pair {
    struct rule pnm, sgd;
};

static int pair_at(double fraction, struct pair *pair, struct error *error)
{
    int status = rule_from(&pair->pnm, error, PNM);
    if (status != STATUS_OK)
        return status;
    claim_stationary_at(&pair->pnm, fraction, 1);
    return rule_from(&pair->sgd, error, "sgd lr=%.17g",
                     theory_normalized_lr(&pair->pnm));
}

/* --- covariances ------------------------------------------------------------------ */

static int variance(const struct ledger *ledger, const struct rule *rule,
                    struct noise_law law, struct comparison *row, struct error *error)
{
    struct sampling sampling = *ledger->sampling;
    struct problem problem;
    struct comparison *rows = NULL;
    size_t count;
    sampling_scale_precision(&sampling, 1 / sqrt(2));
    sampling.precision_given = true;
    sampling.quiet = true;
    int status = problem_init_mode(&problem, 1, 1, error);
    problem.law = law;
    if (status == STATUS_OK)
        status = stationary_compare(&sampling, rule, &problem, STATIONARY_DIAGONAL,
                                    NULL, NULL, &rows, &count, error);
    if (status == STATUS_OK)
        *row = rows[0];
    free(rows);
    problem_free(&problem);
    return status;
}

/* The evidence of above/below. */
static struct evidence ratio_of(const struct evidence *above,
                                const struct evidence *below, double paper)
{
    const double exact = above->exact / below->exact;
    const double measured = above->measured / below->measured;
    return (struct evidence){
        .paper = paper,
        .exact = exact,
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .exact_error = exact * (above->exact_error / fabs(above->exact) +
                                below->exact_error / fabs(below->exact)),
        .bias = fabs(measured) *
                (above->bias / fabs(above->exact) + below->bias / fabs(below->exact)),
        .sampled = above->sampled && below->sampled,
        .decisive = above->decisive && below->decisive,
        .count = above->count < below->count ? above->count : below->count,
        .measured = measured,
        .se = fabs(measured) *
              hypot(above->se / above->measured, below->se / below->measured),
    };
}

/* Sigma of PNM over that of SGD at the rate applied, with Gaussian noise and with
 * Student's t. */
static int check_covariance(struct ledger *ledger, const struct claim *claim,
                            double fraction, struct error *error)
{
    struct pair pair;
    int status = pair_at(fraction, &pair, error);
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        struct comparison above, below;
        char setting[200];
        status =
            variance(ledger, &pair.pnm, k == 0 ? gaussian : student, &above, error);
        if (status == STATUS_OK)
            status =
                variance(ledger, &pair.sgd, k == 0 ? gaussian : student, &below, error);
        if (status != STATUS_OK)
            break;
        const struct evidence ratio =
            ratio_of(&above.evidence, &below.evidence, gamma_of_pnm);
        snprintf(setting, sizeof setting,
                 "Sigma of " PNM " / that of sgd at eta0, %s noise, eta h=%.4g (%g of "
                 "the limit)",
                 k == 0 ? "Gaussian" : "Student nu=16", pair.pnm.number[RULE_LR],
                 fraction);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &ratio,
                              above.plan.samples + below.plan.samples, error);
    }
    return status;
}

/* --- kurtosis --------------------------------------------------------------------- */

/* The rows of one mode with h = c = 1. */
static int quantiles(const struct sampling *with, const struct rule *rule,
                     struct noise_law law, const double *p, size_t count,
                     struct quantile_law *out, struct error *error)
{
    struct problem problem;
    struct sampling sampling = *with;
    sampling.quiet = true;
    *out = (struct quantile_law){.rows = NULL};
    int status = problem_init_mode(&problem, 1, 1, error);
    problem.law = law;
    if (status == STATUS_OK)
        status = quantiles_compare(&sampling, rule, &problem, p, count, out, error);
    problem_free(&problem);
    return status;
}

/* E theta^4/(E theta^2)^2 over what it is of a Gaussian law, from exact values. */
static int kurtosis_ratio(const void *context, double fraction, double *ratio,
                          struct error *error)
{
    const struct sampling exact = {.exact_only = true};
    struct rule rule = *(const struct rule *)context;
    struct quantile_law law;
    claim_stationary_at(&rule, fraction, 1);
    const int status = quantiles(&exact, &rule, light, NULL, 0, &law, error);
    if (status == STATUS_OK)
        *ratio = law.rows[0].evidence.exact / 3;
    free(law.rows);
    return status;
}

static int add_kurtosis(struct ledger *ledger, const struct claim *claim,
                        const char *what, double fraction, struct error *error)
{
    struct rule rule;
    struct quantile_law law = {.rows = NULL};
    char setting[200];
    int status = rule_from(&rule, error, "%s", what);
    if (status != STATUS_OK)
        return status;
    claim_stationary_at(&rule, fraction, 1);
    status = quantiles(ledger->sampling, &rule, light, NULL, 0, &law, error);
    if (status == STATUS_OK) {
        law.rows[0].evidence.paper = law.rows[0].evidence.paper_scale = 3;
        snprintf(setting, sizeof setting,
                 "kurtosis of theta, Student nu=30, %s, eta h=%.4g (%g of the limit)",
                 what, rule.number[RULE_LR], fraction);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting,
                              &law.rows[0].evidence, law.samples, error);
    }
    free(law.rows);
    return status;
}

/* The limit, and the curve to it. */
static int check_kurtosis(struct ledger *ledger, const struct claim *claim,
                          const char *what, const double *fractions, size_t count,
                          struct error *error)
{
    const size_t from = ledger->count;
    struct rule rule;
    char setting[200];
    int status = rule_from(&rule, error, "%s", what);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = add_kurtosis(ledger, claim, what, fractions[k], error);
    if (status != STATUS_OK)
        return status;
    const struct limit limit = {.context = &rule,
                                .ratio = kurtosis_ratio,
                                .variable = "eta h",
                                .paper = 3,
                                .order = 1};
    snprintf(setting, sizeof setting, "kurtosis of theta, Student nu=30, %s", what);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

/* --- no variance ------------------------------------------------------------------ */

static const double printed_scale = 2.23606797749979; /* sqrt(gamma) */

/* The exact scale of PNM over that of SGD at the rate applied. */
static int scale_ratio_at(double alpha, double fraction, double *ratio,
                          struct error *error)
{
    struct pair pair;
    struct response above = {.a = NULL}, below = {.a = NULL};
    int status = pair_at(fraction, &pair, error);
    if (status == STATUS_OK)
        status = response_init(&above, &pair.pnm, 1, alpha, error);
    if (status == STATUS_OK)
        status = response_init(&below, &pair.sgd, 1, alpha, error);
    if (status == STATUS_OK)
        *ratio = pow(response_sum(&above, alpha, SIZE_MAX, NULL) /
                         response_sum(&below, alpha, SIZE_MAX, NULL),
                     1 / alpha);
    response_free(&above);
    response_free(&below);
    return status;
}

/* Over the paper's. */
static int scale_ratio(const void *context, double fraction, double *ratio,
                       struct error *error)
{
    (void)context;
    const int status = scale_ratio_at(stable.parameter, fraction, ratio, error);
    *ratio /= printed_scale;
    return status;
}

/* The sum of |a_k| as the implemented step gives it. */
static double stepped_sum(const struct rule *rule)
{
    enum { STEPS = 4096 };
    double state[LINEAR_STATE] = {0}, sum = 0;
    for (uint64_t t = 0; t < STEPS; t++) {
        const double gradient = state[0] + (t == 0);
        rule->kind->step(rule, t, 1, &gradient, &state[0], &state[1]);
        sum += fabs(state[0]);
    }
    return sum;
}

/* Stable noise of the exponent 1: the scale of theta is the sum of the |a_k|, and while
 * none changes its sign that is the sum of the a_k, 1/h for every rule of gain 1. From
 * the written-out matrices, and from the implemented step. */
static int check_cauchy(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    static const double fraction = 0x1p-5;
    double exact = NAN;
    struct pair pair;
    char setting[200];
    int status = pair_at(fraction, &pair, error);
    if (status == STATUS_OK)
        status = scale_ratio_at(1, fraction, &exact, error);
    if (status == STATUS_OK) {
        const struct computed computed = {.kind = CLAIM_IDENTITY,
                                          .paper = 1,
                                          .exact = exact,
                                          .measured = stepped_sum(&pair.pnm) /
                                                      stepped_sum(&pair.sgd),
                                          .tolerance = ESTIMATE_TOLERANCE,
                                          .step = 0.02};
        snprintf(setting, sizeof setting,
                 "scale of " PNM " / that of sgd at eta0, stable alpha=1, eta h=%.4g "
                 "(1/32 of the limit), corrected: the long-run gain",
                 pair.pnm.number[RULE_LR]);
        status =
            ledger_computed(ledger, claim, FORM_CORRECTED, setting, &computed, error);
    }
    return status;
}

/* A quantile in units of the exact upper quartile, of which a Gaussian law has another
 * one. */
static int add_shape(struct ledger *ledger, const struct claim *claim, const char *what,
                     const struct quantile_law *law, struct error *error)
{
    const struct quantile_row *row = &law->rows[1];
    const double p[2] = {row->p, 0.75};
    struct stable_quantile normal[2], own[2];
    struct evidence evidence = row->evidence;
    char setting[200];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        status = stable_law_quantile(2, p[k], &normal[k], error);
        if (status == STATUS_OK)
            status = stable_law_quantile(stable.parameter, p[k], &own[k], error);
    }
    snprintf(setting, sizeof setting,
             "quantile %g of theta / its quartile, stable alpha=1.5, %s", row->p, what);
    if (status == STATUS_OK) {
        claim_stationary_normalize(&evidence,
                                   evidence.exact * own[1].value / own[0].value);
        evidence.paper = evidence.paper_scale = normal[0].value / normal[1].value;
        status = ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence,
                              law->samples, error);
    }
    return status;
}

/* What the quantiles with stable noise of both rules tell. */
static int add_stable(struct ledger *ledger, const struct claim *claim, double fraction,
                      double p, double lr, const struct quantile_law *above,
                      const struct quantile_law *below, struct error *error)
{
    const struct evidence ratio =
        ratio_of(&above->rows[0].evidence, &below->rows[0].evidence, printed_scale);
    const struct limit limit = {
        .ratio = scale_ratio, .variable = "eta h", .paper = printed_scale, .order = 1};
    char setting[200];
    snprintf(setting, sizeof setting,
             "quantile %g of " PNM " / that of sgd at eta0, stable alpha=1.5, eta "
             "h=%.4g (%g of the limit)",
             p, lr, fraction);
    int status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &ratio,
                              above->samples + below->samples, error);
    if (status == STATUS_OK)
        status =
            ledger_limit(ledger, claim, FORM_PRINTED,
                         "scale of " PNM " / that of sgd at eta0, stable alpha=1.5",
                         &limit, ledger->count, error);
    if (status == STATUS_OK)
        status = check_cauchy(ledger, claim, error);
    if (status == STATUS_OK)
        status = add_shape(ledger, claim, "sgd", below, error);
    if (status == STATUS_OK)
        status = add_shape(ledger, claim, PNM, above, error);
    return status;
}

/* Quantiles with stable noise. */
static int check_stable(struct ledger *ledger, const struct claim *claim,
                        double fraction, struct error *error)
{
    static const double p[] = {0.85, 0.9};
    struct sampling sampling = *ledger->sampling;
    struct quantile_law above = {.rows = NULL}, below = {.rows = NULL};
    struct pair pair;
    /* A band of 1 % of the ratio, which has two errors. */
    sampling.chains = (uint64_t)3 << 19;
    int status = pair_at(fraction, &pair, error);
    if (status == STATUS_OK)
        status = quantiles(&sampling, &pair.pnm, stable, p, 2, &above, error);
    if (status == STATUS_OK)
        status = quantiles(&sampling, &pair.sgd, stable, p, 2, &below, error);
    if (status == STATUS_OK)
        status = add_stable(ledger, claim, fraction, p[0], pair.pnm.number[RULE_LR],
                            &above, &below, error);
    free(above.rows);
    free(below.rows);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double fractions[] = {0.5, 0.4, 0.3, 0.2, 0.15};
    int status = check_kurtosis(ledger, claim, "sgd", fractions, 5, error);
    if (status == STATUS_OK)
        status = check_kurtosis(ledger, claim, PNM, NULL, 0, error);
    if (status == STATUS_OK)
        status = add_kurtosis(ledger, claim, PNM, 0.5, error);
    if (status == STATUS_OK)
        status = check_covariance(ledger, claim, 0.1, error);
    if (status == STATUS_OK)
        status = check_covariance(ledger, claim, 0.5, error);
    return status == STATUS_OK ? check_stable(ledger, claim, 0.5, error) : status;
}

const struct claim claim_tails = {
    .id = "tails",
    .where = "sec. 4.1, after eq. 12, and thm. 4.1",
    .kind = CLAIM_LIMIT,
    .statement =
        "gradient noise may be taken as Gaussian by the central limit theorem: "
        "theta is Gaussian near a minimum, with the Sigma of eqs. 15 to 19",
    .check = check,
};
