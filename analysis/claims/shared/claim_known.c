/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_known.h"

#include <math.h>

struct evidence claim_known(double paper, double exact, double measured)
{
    return (struct evidence){
        .paper = paper,
        .exact = exact,
        .measured = measured,
        .se = 0,
        .paper_scale = evidence_scale(paper),
        .exact_scale = evidence_scale(exact),
        .sampled = true,
        .noiseless = true,
        .decisive = true,
    };
}

int claim_below(struct ledger *ledger, const struct claim *claim, enum form form,
                const char *setting, double limit, double exact, double measured,
                double scale, struct error *error)
{
    struct evidence evidence = claim_known(limit, exact, measured);
    evidence.exact_scale = evidence.paper_scale = scale;
    if (fabs(measured - limit) <= ESTIMATE_TOLERANCE * scale)
        evidence.measured = limit;
    if (fabs(exact - limit) <= ESTIMATE_TOLERANCE * scale)
        evidence.exact = limit;
    const int status =
        ledger_existence(ledger, claim, form, setting, &evidence, 0, error);
    if (status == STATUS_OK)
        ledger->rows[ledger->count - 1].kind = CLAIM_BOUND;
    return status;
}
