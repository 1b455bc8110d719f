/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thm3.1: the smallest E|grad f(theta_k)|^2 of a chain over the theorem's bound. The
 * chains that come closest to it are searched for. */
#include "claims/shared/claim_descent.h"

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct claim_grid grids[] = {
        {LIST(0, 1, 3), LIST(0, 0.9), LIST(0.25, 1, 4), LIST(0), LIST(1, 8),
         LIST(4, 64, 512), 400},
        {LIST(0, 1, 3), LIST(0, 0.9), LIST(1, 4, 16), LIST(0.1, 1), LIST(0.1, 1, 8),
         LIST(4, 512), 400},
    };
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 2; k++)
        status = claim_descent_bound(ledger, claim, BOUND_THEOREM, &grids[k], error);
    return status;
}

const struct claim claim_thm3_1 = {
    .id = "thm3.1",
    .where = "sec. 3, theorem 3.1",
    .kind = CLAIM_BOUND,
    .statement = "min_k E|grad f(theta_k)|^2 over 2 (f(theta_0)-f*)/(t+1) max(2L, "
                 "sqrt(t+1)/C) + C1/sqrt(t+1) is at most 1",
    .check = check,
};
