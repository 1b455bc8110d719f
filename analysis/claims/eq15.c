/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq15: the stationary covariance of SGD is eta/(2B) I. */
#include "claims/shared/claim_stationary.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double fractions[] = {0.02, 0.05, 0.1, 0.3, 0.6, 0.9};
    const size_t from = ledger->count;
    int status = claim_stationary_curve(ledger, claim, "sgd", 1, fractions,
                                        sizeof fractions / sizeof *fractions, error);
    if (status == STATUS_OK)
        status = claim_stationary_limit(ledger, claim, "sgd", FORM_PRINTED, 1, "", from,
                                        error);
    if (status == STATUS_OK)
        status = claim_stationary_own(ledger, claim, "sgd", error);
    return status;
}

const struct claim claim_eq15 = {
    .id = "eq15",
    .where = "sec. 4.1, eq. 15",
    .kind = CLAIM_LIMIT,
    .statement = "Sigma_sgd = eta/(2B) I for C = H/B; values in units of eta/(2B)",
    .check = check,
};
