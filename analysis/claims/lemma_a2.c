/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lemma-A2: the descent of f(z_t) in one step, as bound.h writes it. The chains
 * that come closest to the bound, or break it, are searched for. */
#include "claims/shared/claim_descent.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct claim_grid grids[] = {
        {LIST(0, 1, 3), LIST(0, 0.9), LIST(0.25, 0.49999), LIST(0), LIST(0, 1, 4),
         LIST(12), 400},
        {LIST(0, 1, 3), LIST(0, 0.9), LIST(0.25, 0.49999), LIST(2), LIST(0, 1),
         LIST(12), 400},
    };
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++)
        status = claim_descent_bound(ledger, claim, BOUND_LEMMA_A2, &grids[k], error);
    return status;
}

const struct claim claim_lemma_a2 = {
    .id = "lemma-A2",
    .where = "app. A, lemma A.2",
    .kind = CLAIM_BOUND,
    .statement = "descent of f(z_t): E[f(z_{t+1}) - f(z_t)] + alpha/(1-beta) E|grad "
                 "f(theta_t)|^2 over the other terms is at most 1",
    .check = check,
};
