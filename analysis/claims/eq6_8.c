/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq6-8: the average of eq. 7 is an estimate of the gradient. The mean of
 * the printed average is another multiple of it; Algorithm 2 is another filter, whose
 * mean is the gradient. */
#include "claims/shared/claim_noise.h"

#include <stdio.h>

static int check_one(struct ledger *ledger, const struct claim *claim, double beta0,
                     double beta1, struct error *error)
{
    struct rule printed, algorithm;
    const double gain = (1 + beta0 - beta0 * beta1) / (1 + beta1);
    struct noise_row rows[NOISE_QUANTITIES];
    char setting[160];
    int status = rule_from(&printed, error, "pnm_eq7 lr=0.1 beta0=%.17g beta1=%.17g",
                           beta0, beta1);
    if (status != STATUS_OK)
        return status;
    status = rule_from(&algorithm, error, "pnm lr=0.1 beta0=%.17g beta1=%.17g", beta0,
                       beta1);
    if (status != STATUS_OK)
        return status;
    status = claim_noise(ledger, claim, &algorithm, rows, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "mean, Algorithm 2, beta0=%g beta1=%g", beta0,
             beta1);
    status = claim_noise_row(ledger, claim, &rows[NOISE_MEAN_GAIN], FORM_PRINTED,
                             setting, 1, error);
    if (status != STATUS_OK)
        return status;
    status = claim_noise(ledger, claim, &printed, rows, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "mean, eq. 7, beta0=%g beta1=%g", beta0, beta1);
    status = claim_noise_row(ledger, claim, &rows[NOISE_MEAN_GAIN], FORM_PRINTED,
                             setting, 1, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "mean, eq. 7, beta0=%g beta1=%g, corrected: "
             "(1+beta0-beta0 beta1)/(1+beta1)",
             beta0, beta1);
    return claim_noise_row(ledger, claim, &rows[NOISE_MEAN_GAIN], FORM_CORRECTED,
                           setting, gain, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_one(ledger, claim, 1, 0.9, error);
    if (status == STATUS_OK)
        status = check_one(ledger, claim, 3, 0.5, error);
    return status;
}

const struct claim claim_eq6_8 = {
    .id = "eq6-8",
    .where = "sec. 2, eqs. 6-8",
    .kind = CLAIM_VALUE,
    .statement =
        "the positive-negative average estimates grad f; values for grad f = 1",
    .check = check,
};
