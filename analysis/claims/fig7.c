/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig7: beta0 in [-1, 0] "cannot enhance the noise". This is true of the variance that
 * a step applies (gamma <= 1). Of the stationary variance eq. 19, at Algorithm 2's rate
 * eta/sqrt(gamma), says that it is sqrt(gamma) times that of beta0 = 0; it is 1 over
 * that in the limit of small steps. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

/* The largest gamma over a grid of [-1, 0], from the formula and from the implemented
 * step.
 */
static int check_gamma(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    enum { POINTS = 1001 };
    struct evidence evidence = {.paper = 1,
                                .paper_scale = 1,
                                .exact_scale = 1,
                                .se = 0,
                                .sampled = true,
                                .noiseless = true,
                                .decisive = true};
    for (int k = 0; k < POINTS; k++) {
        const double beta0 = -(double)k / (POINTS - 1);
        struct rule rule;
        const int status = rule_from(&rule, error, "two_batch lr=1 beta0=%.17g", beta0);
        if (status != STATUS_OK)
            return status;
        /* With independent noise of variance 1 in both samples and no gradient, one
         * step at rate eta0 moves theta by eta0 sqrt(gamma) in the root mean square,
         * which a probe measures. */
        struct linear_system probed;
        linear_system_probe(&rule, 0, &probed);
        const double rate = theory_normalized_lr(&rule);
        const double applied =
            (pow((double)probed.b[0][0], 2) + pow((double)probed.b[1][0], 2)) /
            (rate * rate);
        evidence.measured = fmax(evidence.measured, applied);
        evidence.exact = fmax(evidence.exact, theory_gamma(&rule));
    }
    return ledger_bound(ledger, claim, FORM_PRINTED,
                        "a step's noise: largest gamma over 1001 beta0 in [-1,0]",
                        &evidence, 0, error);
}

/* --- the stationary variance ------------------------------------------------------ */

static const double beta1 = 0.9;

/* PNM at beta0 and at 0, with the same eta. */
static int pair_at(double beta0, double lr, struct rule *rule, struct rule *reference,
                   struct error *error)
{
    const int status = rule_from(rule, error, "pnm lr=%.17g beta0=%.17g beta1=%.17g",
                                 lr, beta0, beta1);
    if (status != STATUS_OK)
        return status;
    return rule_from(reference, error, "pnm lr=%.17g beta0=0 beta1=%.17g", lr, beta1);
}

static double gamma_at(double beta0)
{
    return pow(1 + beta0, 2) + pow(beta0, 2);
}

/* Eq. 19 at the rate eta/sqrt(gamma) predicts Sigma(beta0)/Sigma(0) = sqrt(gamma). */
static int check_stationary(struct ledger *ledger, const struct claim *claim,
                            double beta0, double lr, struct error *error)
{
    struct rule rule, reference;
    struct evidence evidence;
    double samples = 0;
    char setting[128];
    int status = pair_at(beta0, lr, &rule, &reference, error);
    if (status == STATUS_OK)
        status = claim_stationary_ratio(ledger, &rule, &reference, 1, 1,
                                        sqrt(gamma_at(beta0)), claim->id, &evidence,
                                        &samples, error);
    snprintf(setting, sizeof setting,
             "Sigma_pnm(beta0=%g) / Sigma_pnm(0), beta1=0.9 eta h=%g", beta0, lr);
    if (status == STATUS_OK)
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                              samples, error);
    return status;
}

/* A beta0, and a limit of the ratio of variances that is claimed for it. */
struct prediction {
    double beta0, limit;
};

static int ratio(const void *context, double lr, double *value, struct error *error)
{
    const struct prediction *own = context;
    struct rule rule, reference;
    int status = pair_at(own->beta0, lr, &rule, &reference, error);
    if (status == STATUS_OK)
        status = claim_stationary_exact(&rule, &reference, 1, 1, value, error);
    if (status == STATUS_OK)
        *value /= own->limit;
    return status;
}

/* Adds the row of a limit before the rows of its curve, which begin at `from`. */
static int add_limit(struct ledger *ledger, const struct claim *claim, enum form form,
                     const struct prediction *prediction, const char *remark,
                     size_t from, struct error *error)
{
    const struct limit limit = {
        .context = prediction,
        .ratio = ratio,
        .variable = "eta h",
        .paper = prediction->limit,
        .order = 1,
    };
    char setting[128];
    snprintf(setting, sizeof setting,
             "Sigma_pnm(beta0=%g) / Sigma_pnm(0), beta1=0.9, %s", prediction->beta0,
             remark);
    return ledger_limit(ledger, claim, form, setting, &limit, from, error);
}

/* The beta0 with the smallest gamma: the limit, and its curve. */
static int check_limit(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    static const double rates[] = {0.001, 0.05, 0.1, 0.2, 0.5, 1};
    const double beta0 = -0.5;
    const struct prediction paper = {beta0, sqrt(gamma_at(beta0))};
    const struct prediction right = {beta0, 1 / sqrt(gamma_at(beta0))};
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rates / sizeof *rates; k++)
        status = check_stationary(ledger, claim, beta0, rates[k], error);
    if (status == STATUS_OK)
        status = add_limit(ledger, claim, FORM_PRINTED, &paper, "by eq. 19 sqrt(gamma)",
                           from, error);
    if (status == STATUS_OK)
        status = add_limit(ledger, claim, FORM_CORRECTED, &right,
                           "corrected: 1/sqrt(gamma)", from + 1, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double others[] = {-0.25, -0.75, -1};
    int status = check_gamma(ledger, claim, error);
    if (status == STATUS_OK)
        status = check_limit(ledger, claim, error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof others / sizeof *others; k++)
        status = check_stationary(ledger, claim, others[k], 0.5, error);
    return status;
}

const struct claim claim_fig7 = {
    .id = "fig7",
    .where = "sec. 5, figure 7",
    .kind = CLAIM_BOUND,
    .statement = "beta0 in [-1,0] cannot enhance the noise: gamma <= 1; by eq. 19 "
                 "Sigma is sqrt(gamma) times that of beta0 = 0",
    .check = check,
};
