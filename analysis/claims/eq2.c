/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq2: the momentum of a constant gradient is about beta3/(1-beta1) times it. */
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta3s[] = {1, 0.1};
    const double beta1 = 0.9;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++) {
        struct rule rule;
        const double paper = beta3s[k] / (1 - beta1);
        struct noise_row rows[NOISE_QUANTITIES], early, unused;
        char setting[128];
        snprintf(setting, sizeof setting, "beta1=0.9 beta3=%g, long time", beta3s[k]);
        status = rule_from(&rule, error, "heavy_ball lr=0.1 beta1=%.17g beta3=%.17g",
                           beta1, beta3s[k]);
        if (status != STATUS_OK)
            return status;
        status = claim_noise(ledger, claim, &rule, rows, error);
        if (status != STATUS_OK)
            return status;
        status = claim_noise_row(ledger, claim, &rows[NOISE_MEAN_GAIN], FORM_PRINTED,
                                 setting, paper, error);
        if (status != STATUS_OK)
            return status;
        status = noise_compare_at(ledger->sampling, &rule, 9, claim->id, &early,
                                  &unused, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting, "beta1=0.9 beta3=%g, step t=9", beta3s[k]);
        status = claim_noise_row(ledger, claim, &early, FORM_FIRST_ORDER, setting,
                                 paper, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting,
                 "beta1=0.9 beta3=%g, step t=9, corrected: times 1-beta1^(t+1)",
                 beta3s[k]);
        status = claim_noise_row(ledger, claim, &early, FORM_CORRECTED, setting,
                                 paper * (1 - pow(beta1, 10)), error);
    }
    return status;
}

const struct claim claim_eq2 = {
    .id = "eq2",
    .where = "sec. 2, eq. 2",
    .kind = CLAIM_VALUE,
    .statement = "E[m] = beta3/(1-beta1) grad f; values for grad f = 1",
    .check = check,
};
