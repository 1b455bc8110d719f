/* hb-scaling: Heavy Ball with beta3 = 1 and learning rate eta is Heavy Ball with beta3
 * = 1-beta1 and eta/(1-beta1). */
#include "claims/shared/twins.h"

#include <math.h>
#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9, 0.99};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof beta1s / sizeof *beta1s; k++) {
        const double beta1 = beta1s[k], lr = 0.05;
        const struct claim_rule torch = {"heavy_ball", NAN, beta1, 1};
        const struct claim_rule adam = {"heavy_ball", NAN, beta1, 1 - beta1};
        struct twin_rules twins = {
            .ledger = ledger,
            .first = claim_rule_make(&torch, lr),
            .second = claim_rule_make(&adam, lr / (1 - beta1)),
            .h = 1,
        };
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
