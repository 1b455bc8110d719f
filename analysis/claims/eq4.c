/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq4: the variance of the noise in conventional momentum. The printed formula has the
 * sum of the weights where the sum of their squares belongs. What stays sigma^2 is the
 * long-run variance, that is the power at frequency zero. */
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

static int check_at(struct ledger *ledger, const struct claim *claim,
                    const struct rule *rule, uint64_t t, struct error *error)
{
    const double beta1 = rule_parameter(rule, "beta1");
    const double beta3 = 1 - beta1, power = (double)t + 1;
    const double printed = beta3 * (1 - pow(beta1, power)) / (1 - beta1);
    const double right =
        beta3 * beta3 * (1 - pow(beta1, 2 * power)) / (1 - beta1 * beta1);
    struct noise_row unused, row;
    char setting[128];
    int status =
        noise_compare_at(ledger->sampling, rule, t, claim->id, &unused, &row, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "beta1=%g, step t=%g", beta1, (double)t);
    status =
        claim_noise_row(ledger, claim, &row, FORM_PRINTED, setting, printed, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "beta1=%g, step t=%g, corrected: beta3^2 (1-beta1^(2(t+1)))/(1-beta1^2)",
             beta1, (double)t);
    return claim_noise_row(ledger, claim, &row, FORM_CORRECTED, setting, right, error);
}

/* The variance of the sum of the noise over T = 1/inverse steps, over T. */
static int long_run(const void *context, double inverse, double *value,
                    struct error *error)
{
    return noise_exact(context, NOISE_LONG_RUN, (uint64_t)(1 / inverse), value, error);
}

/* The limit of the long-run variance, which needs no sampling. */
static int check_long_run(struct ledger *ledger, const struct claim *claim,
                          const struct rule *rule, double beta1, struct error *error)
{
    const struct limit limit = {
        .context = rule,
        .ratio = long_run,
        .variable = "1/T",
        .paper = 1,
        .order = 1,
    };
    char setting[128];
    snprintf(setting, sizeof setting,
             "long-run variance, of the sum over T steps, over T, beta1=%g", beta1);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, ledger->count,
                        error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++) {
        const double beta1 = beta1s[k];
        struct rule rule;
        struct noise_row rows[NOISE_QUANTITIES];
        char setting[128];
        status = rule_from(&rule, error, "heavy_ball lr=0.1 beta1=%.17g", beta1);
        if (status != STATUS_OK)
            return status;
        status = check_long_run(ledger, claim, &rule, beta1, error);
        if (status != STATUS_OK)
            return status;
        status = claim_noise(ledger, claim, &rule, rows, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting, "beta1=%g, long time", beta1);
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], FORM_PRINTED,
                                 setting, 1, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting,
                 "beta1=%g, long time, corrected: (1-beta1)/(1+beta1)", beta1);
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], FORM_CORRECTED,
                                 setting, (1 - beta1) / (1 + beta1), error);
        if (status != STATUS_OK)
            return status;
        status = check_at(ledger, claim, &rule, 4, error);
    }
    return status;
}

const struct claim claim_eq4 = {
    .id = "eq4",
    .where = "sec. 2, eq. 4",
    .kind = CLAIM_VALUE,
    .statement =
        "Var(xi_hb) = beta3 (1-beta1^(t+1))/(1-beta1) sigma^2, about sigma^2 for "
        "beta3 = 1-beta1; values for sigma = 1",
    .check = check,
};
