/* eq18-19: the stationary covariance of PNM is gamma times that of SGD. It is
 * checked over eta h for Algorithm 2, whose rate is eta0, and for two independent
 * batches a step, for which it is true. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

static double gamma_of(double beta0)
{
    return (1 + beta0) * (1 + beta0) + beta0 * beta0;
}

/* The curve of Algorithm 2 at one (beta0, beta1), the printed limit and, if it differs,
 * the limit that follows from the definitions. */
static int check_algorithm(struct ledger *ledger, const struct claim *claim,
                           double beta0, double beta1, struct error *error)
{
    static const double fractions[] = {0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95};
    const struct claim_rule pnm = {"pnm", beta0, beta1, NAN};
    const double gamma = gamma_of(beta0);
    const size_t from = ledger->count;
    int status = claim_stationary_curve(ledger, claim, &pnm, gamma, fractions,
                                        sizeof fractions / sizeof *fractions, error);
    if (status == STATUS_OK)
        status = claim_stationary_limit(ledger, claim, &pnm, FORM_PRINTED, gamma,
                                        ", Algorithm 2", from, error);
    if (status == STATUS_OK && gamma != 1)
        status =
            claim_stationary_limit(ledger, claim, &pnm, FORM_CORRECTED, 1,
                                   ", Algorithm 2, corrected: eta0/(2B)", from, error);
    return status;
}

static int check_two_batch(struct ledger *ledger, const struct claim *claim,
                           double beta0, struct error *error)
{
    static const double fractions[] = {0.02, 0.1, 0.3, 0.6, 0.9};
    const struct claim_rule two_batch = {"two_batch", beta0, NAN, NAN};
    const double gamma = gamma_of(beta0);
    const size_t from = ledger->count;
    int status = claim_stationary_curve(ledger, claim, &two_batch, gamma, fractions,
                                        sizeof fractions / sizeof *fractions, error);
    if (status == STATUS_OK)
        status =
            claim_stationary_limit(ledger, claim, &two_batch, FORM_PRINTED, gamma,
                                   ", two independent batches a step", from, error);
    return status;
}

/* The paper's own setting: eta = 1e-3, B = 128, beta1 = 0.9; it leaves H open. */
static int check_paper_setting(struct ledger *ledger, const struct claim *claim,
                               double beta0, double h, struct error *error)
{
    const struct claim_rule pnm = {"pnm", beta0, 0.9, NAN};
    const struct rule rule = claim_rule_make(&pnm, 1e-3);
    const double c = h / CLAIM_BATCH;
    struct comparison row;
    char setting[128];
    int status = stationary_mode(ledger->sampling, &rule, h, c, claim->id, &row, error);
    if (status != STATUS_OK)
        return status;
    claim_stationary_normalize(&row.evidence, claim_stationary_unit(&rule, h, c));
    snprintf(setting, sizeof setting,
             "pnm beta0=%g beta1=0.9, paper's eta=0.001 B=128, h=%g", beta0, h);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &row.evidence,
                        row.plan.samples, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0[] = {0, 1, 3}, beta1[] = {0, 0.9};
    static const double paper_beta0[] = {0, 1, 3, 70}, curvature[] = {1, 100, 1000};
    int status = STATUS_OK;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; status == STATUS_OK && k < 3; k++)
            status = check_algorithm(ledger, claim, beta0[k], beta1[i], error);
    for (size_t k = 1; status == STATUS_OK && k < 3; k++)
        status = check_two_batch(ledger, claim, beta0[k], error);
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; status == STATUS_OK && i < 3; i++)
            status =
                check_paper_setting(ledger, claim, paper_beta0[k], curvature[i], error);
    return status;
}

const struct claim claim_eq18_19 = {
    .id = "eq18-19",
    .where = "sec. 4.1, eqs. 18-19",
    .kind = CLAIM_LIMIT,
    .statement = "Sigma_pnm = gamma eta/(2B) I, gamma = (1+beta0)^2 + beta0^2; values "
                 "in units of eta0/(2B), eta0 = eta/sqrt(gamma) being the rate applied",
    .check = check,
};
