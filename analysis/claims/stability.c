/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stability, cap: Algorithm 2 diverges from the applied learning rate eta0 =
 * 2/((1+2 beta0) L) on, for beta0 >= 0 and every beta1, because a root leaves the unit
 * circle through -1. The paper prints no limit; theorem 3.1's cap, eta0 = 1/(2L), is
 * beyond it for beta0 > 1.5. The limit is measured by bisection on whether noiseless
 * chains grow. */
#include "compare/stability.h"
#include "claims/shared/claim_known.h"
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static const double beta0s[] = {0, 0.5, 1, 3, 70}, beta1s[] = {0, 0.5, 0.9, 0.99};
enum {
    BETA0S = sizeof beta0s / sizeof *beta0s,
    BETA1S = sizeof beta1s / sizeof *beta1s
};

/* The learning rate applied at the limit, with h = L = 1. */
struct applied_limit {
    double exact, measured;
};

static int applied_limit(double beta0, double beta1, struct applied_limit *limit,
                         struct error *error)
{
    const double h = 1;
    struct rule rule;
    double scalar[RULE_MAX_SCALARS];
    const int status =
        rule_from(&rule, error, "pnm lr=1 beta0=%.17g beta1=%.17g", beta0, beta1);
    if (status != STATUS_OK)
        return status;
    rule.number[RULE_LR] = stability_limit_measured(&rule, &h, 1);
    /* The rate that the implemented rule applies, by its scalars. */
    rule.kind->scalars(&rule, 0, scalar);
    limit->measured = scalar[RULE_RATE];
    rule.number[RULE_LR] = stability_limit_closed(&rule, &h, 1);
    limit->exact = theory_normalized_lr(&rule);
    return STATUS_OK;
}

/* A row for each setting: the limit itself, or theorem 3.1's cap of eta0 L as a
 * multiple of it. The paper says nothing of either. */
static int check_rows(struct ledger *ledger, const struct claim *claim, bool of_cap,
                      struct error *error)
{
    const double cap = 0.5;
    int status = STATUS_OK;
    for (size_t i = 0; i < BETA0S; i++)
        for (size_t k = 0; status == STATUS_OK && k < BETA1S; k++) {
            struct applied_limit limit;
            status = applied_limit(beta0s[i], beta1s[k], &limit, error);
            if (status != STATUS_OK)
                return status;
            const struct evidence evidence =
                of_cap ? claim_known(NAN, cap / limit.exact, cap / limit.measured)
                       : claim_known(NAN, limit.exact, limit.measured);
            char setting[128];
            snprintf(setting, sizeof setting, "%s, pnm beta0=%g beta1=%g%s",
                     of_cap ? "1/(2L) over the stability limit of eta0"
                            : "limit of eta0 L",
                     beta0s[i], beta1s[k], of_cap ? "" : ", chains without noise");
            status =
                ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
        }
    return status;
}

static int check_limit(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    return check_rows(ledger, claim, false, error);
}

static int check_cap(struct ledger *ledger, const struct claim *claim,
                     struct error *error)
{
    return check_rows(ledger, claim, true, error);
}

const struct claim claim_stability = {
    .id = "stability",
    .where = "bears on sec. 3, theorem 3.1",
    .kind = CLAIM_VALUE,
    .statement = "no limit is printed; PNM is stable for eta0 L < 2/(1+2 beta0), "
                 "beta0 >= 0, whatever beta1",
    .check = check_limit,
};

const struct claim claim_cap = {
    .id = "cap",
    .where = "sec. 3, theorem 3.1",
    .kind = CLAIM_VALUE,
    .statement = "nothing is printed on whether eta0 = 1/(2L) is stable; its multiple "
                 "of the stability limit",
    .check = check_cap,
};
