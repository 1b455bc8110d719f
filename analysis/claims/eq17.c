/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq17: the stationary covariance of Heavy Ball with beta3 = 1-beta1 is eta/(2B) I. */
#include "claims/shared/claim_stationary.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const char *const rules[] = {"heavy_ball beta1=0.5", "heavy_ball beta1=0.9"};
    static const double fractions[] = {0.02, 0.05, 0.1, 0.3, 0.6, 0.9};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rules / sizeof *rules; k++) {
        const size_t from = ledger->count;
        status = claim_stationary_curve(ledger, claim, rules[k], 1, fractions,
                                        sizeof fractions / sizeof *fractions, error);
        if (status == STATUS_OK)
            status = claim_stationary_limit(ledger, claim, rules[k], FORM_PRINTED, 1,
                                            "", from, error);
    }
    if (status == STATUS_OK)
        status = claim_stationary_own(ledger, claim, rules[1], error);
    return status;
}

const struct claim claim_eq17 = {
    .id = "eq17",
    .where = "sec. 4.1, eq. 17",
    .kind = CLAIM_LIMIT,
    .statement =
        "Sigma_hb = eta/(2B) I for beta3 = 1-beta1; values in units of eta/(2B)",
    .check = check,
};
