/* SPDX-License-Identifier: GPL-3.0-or-later */
/* special-hb: beta0 = -beta1/(1+beta1) turns PNM into Heavy Ball and AdaPNM into Adam,
 * with learning rate eta/sqrt(gamma). */
#include "claims/shared/twins.h"

#include <math.h>
#include <stdio.h>

static const double lr = 0.1;

/* The rule `first` at the special beta0 and `second` with the rate that it really
 * applies, at curvature h. */
static int special(struct twin_rules *twins, struct ledger *ledger, const char *first,
                   const char *second, double beta1, double h, struct error *error)
{
    const double beta0 = -beta1 / (1 + beta1);
    const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
    *twins = (struct twin_rules){.ledger = ledger, .h = h};
    int status = rule_from(&twins->first, error, "%s lr=%.17g beta0=%.17g beta1=%.17g",
                           first, lr, beta0, beta1);
    if (status != STATUS_OK)
        return status;
    status = rule_from(&twins->second, error, "%s lr=%.17g beta1=%.17g", second,
                       lr / sqrt(gamma), beta1);
    twins->perturbed = rule_kind_parameter(twins->first.kind, "beta0");
    return status;
}

static int check_momentum(struct ledger *ledger, const struct claim *claim,
                          double beta1, struct error *error)
{
    struct twin_rules twins;
    const int status = special(&twins, ledger, "pnm", "heavy_ball", beta1, 1, error);
    if (status != STATUS_OK)
        return status;
    const struct identity identity = {&twins, twins_simulated, twins_exact};
    char setting[128];
    snprintf(setting, sizeof setting,
             "pnm at beta0=-beta1/(1+beta1) against heavy_ball, beta1=%g eta h=%g",
             beta1, lr);
    return ledger_identity(ledger, claim, FORM_PRINTED, setting, &identity, error);
}

/* Adaptive rules are not linear and have no matrices. But the two rules have the same
 * second moment and the same bias corrections, so they agree if their first moments do:
 * those of Algorithm 2 and of Algorithm 1 with beta3 = 1-beta1. */
struct adaptive_twins {
    struct twin_rules rules, first_moments;
};

static int adaptive_simulated(const void *context, double perturbation, double *apart,
                              struct error *error)
{
    const struct adaptive_twins *twins = context;
    return twins_simulated(&twins->rules, perturbation, apart, error);
}

static int adaptive_exact(const void *context, double perturbation, double *apart,
                          struct error *error)
{
    const struct adaptive_twins *twins = context;
    return twins_exact(&twins->first_moments, perturbation, apart, error);
}

static int check_adaptive(struct ledger *ledger, const struct claim *claim,
                          double beta1, bool largest, struct error *error)
{
    struct adaptive_twins twins;
    int status = special(
        &twins.rules, ledger, largest ? "adapnm amsgrad=on" : "adapnm amsgrad=off",
        largest ? "amsgrad convention=torch" : "adam", beta1, 1, error);
    if (status != STATUS_OK)
        return status;
    /* h = 0: the moments of given gradients. */
    status =
        special(&twins.first_moments, ledger, "pnm", "heavy_ball", beta1, 0, error);
    if (status != STATUS_OK)
        return status;
    const struct identity identity = {&twins, adaptive_simulated, adaptive_exact};
    char setting[128];
    snprintf(setting, sizeof setting,
             "adapnm --amsgrad %s at beta0=-beta1/(1+beta1) against %s, beta1=%g "
             "eta=%g",
             largest ? "on" : "off", largest ? "amsgrad as PyTorch has it" : "adam",
             beta1, lr);
    return ledger_identity(ledger, claim, FORM_PRINTED, setting, &identity, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta1s[] = {0.5, 0.9, 0.99};
    enum { COUNT = sizeof beta1s / sizeof *beta1s };
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < COUNT; k++)
        status = check_momentum(ledger, claim, beta1s[k], error);
    for (int k = 0; status == STATUS_OK && k < 2 * COUNT; k++)
        status = check_adaptive(ledger, claim, beta1s[k % COUNT], k >= COUNT, error);
    return status;
}

const struct claim claim_special_hb = {
    .id = "special-hb",
    .where = "sec. 2, Algorithms 2-3",
    .kind = CLAIM_IDENTITY,
    .statement = "beta0 = -beta1/(1+beta1) recovers conventional momentum and Adam: "
                 "relative difference of trajectories 0",
    .check = check,
};
