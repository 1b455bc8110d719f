/* SPDX-License-Identifier: GPL-3.0-or-later */
/* example: the number that the paper gives for its condition, and that of the condition
 * that follows from eq. 21 with the prior N(0, I/lambda). */
#include "verdict/ledger.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double eta = 1e-3, batch = 128, lambda = 1e-4;
    const struct computed printed = {
        .kind = CLAIM_ARITHMETIC,
        .paper = 0.039,
        .exact = eta / (2 * batch * lambda),
        .measured = eta / 2 / batch / lambda,
        .tolerance = 0.5e-3,
        .step = 1e-3,
    };
    const struct computed corrected = {
        .kind = CLAIM_ARITHMETIC,
        .paper = 3.9e-10,
        .exact = eta * lambda / (2 * batch),
        .measured = lambda / batch * eta / 2,
        .tolerance = 0.05e-10,
        .step = 0.1e-10,
    };
    int status = ledger_computed(ledger, claim, FORM_PRINTED, "eta/(2 B lambda)",
                                 &printed, error);
    if (status == STATUS_OK)
        status =
            ledger_computed(ledger, claim, FORM_CORRECTED,
                            "corrected condition: eta lambda/(2B)", &corrected, error);
    return status;
}

const struct claim claim_example = {
    .id = "example",
    .where = "sec. 4.2, after theorem 4.3",
    .kind = CLAIM_ARITHMETIC,
    .statement = "eta/(2 B lambda) = 0.039 at eta=1e-3, B=128, lambda=1e-4",
    .check = check,
};
