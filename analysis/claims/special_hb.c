/* special-hb: beta0 = -beta1/(1+beta1) turns PNM into Heavy Ball (with learning rate
 * eta/sqrt(gamma)). AdaPNM and Adam follow with the adaptive rules. */
#include "identities.h"

#include <math.h>
#include <stdio.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9, 0.99};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof beta1s / sizeof *beta1s; k++) {
        const double beta1 = beta1s[k], beta0 = -beta1 / (1 + beta1);
        const double lr = 0.1, gamma = pow(1 + beta0, 2) + pow(beta0, 2);
        const struct claim_rule pnm = {"pnm", beta0, beta1, NAN};
        const struct claim_rule heavy_ball = {"heavy_ball", NAN, beta1, NAN};
        struct twin_rules twins = {
            .ledger = ledger,
            .first = claim_rule_make(ledger, &pnm, lr),
            .second = claim_rule_make(ledger, &heavy_ball, lr / sqrt(gamma)),
            .h = 1,
        };
        const struct identity identity = {&twins, twins_simulated, twins_exact};
        char setting[128];
        twins.perturbed = optimizer_parameter(twins.first.optimizer, "beta0");
        snprintf(setting, sizeof setting,
                 "pnm at beta0=-beta1/(1+beta1) against heavy_ball, beta1=%g eta h=%g",
                 beta1, lr);
        status = ledger_identity(ledger, claim, setting, &identity, error);
    }
    return status;
}

const struct claim claim_special_hb = {
    .id = "special-hb",
    .where = "sec. 2, Algorithms 2-3",
    .kind = CLAIM_IDENTITY,
    .statement = "beta0 = -beta1/(1+beta1) recovers conventional momentum: relative "
                 "difference of trajectories 0",
    .check = check,
};
