/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hb-sgd: Heavy Ball in PyTorch's form (beta3 = 1) "can be reduced to SGD with a
 * different learning rate": the stationary variance at rate a against that of SGD at
 * a/(1-beta1). */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

static const double beta1 = 0.9;

/* The two rules that should be equivalent, at curvature 1. */
static int pair_at(double a, struct rule *momentum, struct rule *plain,
                   struct error *error)
{
    const int status =
        rule_from(momentum, error, "heavy_ball lr=%.17g beta1=%.17g beta3=1", a, beta1);
    if (status != STATUS_OK)
        return status;
    return rule_from(plain, error, "sgd lr=%.17g", a / (1 - beta1));
}

/* Fractions are those of SGD's stability limit, because SGD is the first to diverge. */
static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const double h = 1, c = 1, a = fraction * 2 * (1 - beta1);
    struct rule momentum, plain;
    (void)context;
    const int status = pair_at(a, &momentum, &plain, error);
    return status == STATUS_OK
               ? claim_stationary_exact(&momentum, &plain, h, c, value, error)
               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double rates[] = {0.001, 0.01, 0.02, 0.05, 0.1, 0.15};
    const struct limit limit = {
        .ratio = ratio,
        .variable = "eta h",
        .paper = 1,
        .order = 1,
    };
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rates / sizeof *rates; k++) {
        struct rule momentum, plain;
        struct evidence evidence;
        double samples = 0;
        char setting[128];
        status = pair_at(rates[k], &momentum, &plain, error);
        if (status != STATUS_OK)
            return status;
        snprintf(setting, sizeof setting,
                 "Sigma_hb(beta1=0.9 beta3=1, a h=%g) / Sigma_sgd(a/(1-beta1))",
                 rates[k]);
        status = claim_stationary_ratio(ledger, &momentum, &plain, 1, 1, 1, claim->id,
                                        &evidence, &samples, error);
        if (status == STATUS_OK)
            status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                                  samples, error);
    }
    if (status != STATUS_OK)
        return status;
    return ledger_limit(ledger, claim, FORM_PRINTED, "ratio of variances", &limit, from,
                        error);
}

const struct claim claim_hb_sgd = {
    .id = "hb-sgd",
    .where = "sec. 2, Algorithm 1",
    .kind = CLAIM_LIMIT,
    .statement = "Heavy Ball reduces to SGD with learning rate a/(1-beta1): ratio of "
                 "stationary variances 1",
    .check = check,
};
