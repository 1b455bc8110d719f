/* SPDX-License-Identifier: GPL-3.0-or-later */
/* hb-scaling: Heavy Ball with beta3 = 1 and learning rate eta is Heavy Ball with beta3
 * = 1-beta1 and eta/(1-beta1). */
#include "claims/shared/twins.h"

#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9, 0.99};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof beta1s / sizeof *beta1s; k++) {
        const double beta1 = beta1s[k], lr = 0.05;
        struct twin_rules twins = {.ledger = ledger, .h = 1};
        status = rule_from(&twins.first, error,
                           "heavy_ball lr=%.17g beta1=%.17g beta3=1", lr, beta1);
        if (status == STATUS_OK)
            status = rule_from(&twins.second, error,
                               "heavy_ball lr=%.17g beta1=%.17g beta3=%.17g",
                               lr / (1 - beta1), beta1, 1 - beta1);
        if (status != STATUS_OK)
            return status;
        const struct identity identity = {&twins, twins_simulated, twins_exact};
        char setting[128];
        twins.perturbed = rule_kind_parameter(twins.first.kind, "beta1");
        snprintf(setting, sizeof setting,
                 "heavy_ball (beta3=1, eta) against (1-beta1, eta/(1-beta1)), beta1=%g "
                 "eta h=%g",
                 beta1, lr);
        status =
            ledger_identity(ledger, claim, FORM_PRINTED, setting, &identity, error);
    }
    return status;
}

const struct claim claim_hb_scaling = {
    .id = "hb-scaling",
    .where = "sec. 2, Algorithm 1",
    .kind = CLAIM_IDENTITY,
    .statement = "beta3 = 1 and beta3 = 1-beta1 are the same up to the learning rate: "
                 "relative difference of trajectories 0",
    .check = check,
};
