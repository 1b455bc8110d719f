/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lemma-A3: how far the gradients at z_t and at theta_t are apart, with the x_t for
 * which lemma A.1 holds. The chains that come closest to the bound, or break it, are
 * searched for; the first grid has chains of a constant gradient, which attain the
 * corrected bound in the limit of small rates if beta0 <= beta/(1-beta). */
#include "claims/shared/claim_descent.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct claim_grid grids[] = {
        {LIST(0, 1, 3, 0.5, 10), LIST(0.9, 0), LIST(0.01, 0.49999, 2e-5), LIST(0),
         LIST(1, 0.5, 4), LIST(128), 400},
        {LIST(0, 1, 3), LIST(0.9, 0), LIST(0.01, 0.49999), LIST(1), LIST(1, 0.5, 4),
         LIST(64), 400},
    };
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++)
        status = claim_descent_bound(ledger, claim, BOUND_LEMMA_A3, &grids[k], error);
    return status;
}

const struct claim claim_lemma_a3 = {
    .id = "lemma-A3",
    .where = "app. A, lemma A.3",
    .kind = CLAIM_BOUND,
    .statement = "E|grad f(z_t) - grad f(theta_t)|^2 over L^2 alpha^2 (beta + beta0 "
                 "(1-beta))^2 (G^2+sigma^2)/(1-beta)^4 is at most 1",
    .check = check,
};
