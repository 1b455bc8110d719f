/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq5: the positive-negative average of two independent gradients is unbiased and has
 * gamma times their variance. */
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0s[] = {0.5, 1, 3};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 3; k++) {
        const double beta0 = beta0s[k];
        struct rule rule;
        struct noise_row rows[NOISE_QUANTITIES];
        char setting[128];
        status = rule_from(&rule, error, "two_batch lr=0.1 beta0=%.17g", beta0);
        if (status != STATUS_OK)
            return status;
        status = claim_noise(ledger, claim, &rule, rows, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting, "mean, beta0=%g", beta0);
        status = claim_noise_row(ledger, claim, &rows[NOISE_MEAN_GAIN], FORM_PRINTED,
                                 setting, 1, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting, "variance, beta0=%g", beta0);
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], FORM_PRINTED,
                                 setting, pow(1 + beta0, 2) + pow(beta0, 2), error);
    }
    return status;
}

const struct claim claim_eq5 = {
    .id = "eq5",
    .where = "sec. 2, eq. 5",
    .kind = CLAIM_VALUE,
    .statement =
        "(1+beta0) g_a - beta0 g_b has mean grad f and variance gamma sigma^2; "
        "values for grad f = sigma = 1",
    .check = check,
};
