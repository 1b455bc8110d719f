/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq23: the derivative of the divergence with respect to gamma. Its integral from gamma
 * = 1 to 5 is compared with the difference of divergences computed from matrices. */
#include "claims/shared/gaussian.h"

#include <math.h>
#include <stdio.h>

/* KL of N(0, gamma eta/(2B) I) from N(0, I/lambda) by eq. 21 in 2 dimensions. */
static int divergence(double gamma, double variance, double lambda, double *kl,
                      struct error *error)
{
    const double zero[GAUSSIAN_N] = {0, 0};
    const double q[] = {gamma * variance, 0, 0, gamma * variance};
    const double p[] = {1 / lambda, 0, 0, 1 / lambda};
    return pac_bayes_gaussian_kl(GAUSSIAN_N, zero, q, zero, p, kl, error);
}

/* int_1^gamma (n/2)(slope - 1/x) dx. */
static double integral(double slope, double gamma)
{
    return GAUSSIAN_N / 2.0 * (slope * (gamma - 1) - log(gamma));
}

static int check_one(struct ledger *ledger, const struct claim *claim, double eta,
                     double batch, double lambda, struct error *error)
{
    const double gamma = 5, variance = eta / (2 * batch);
    double at_one, at_gamma;
    char setting[200];
    int status = divergence(1, variance, lambda, &at_one, error);
    if (status == STATUS_OK)
        status = divergence(gamma, variance, lambda, &at_gamma, error);
    if (status != STATUS_OK)
        return status;
    struct computed computed = {
        .kind = CLAIM_VALUE,
        .paper = integral(variance / lambda, gamma),
        .exact = integral(variance * lambda, gamma),
        .measured = at_gamma - at_one,
    };
    computed.tolerance = ESTIMATE_TOLERANCE * evidence_scale(computed.exact);
    computed.step = 0.02 * evidence_scale(computed.exact);
    snprintf(setting, sizeof setting,
             "KL(gamma=5) - KL(gamma=1), eta=%g B=%g lambda=%g n=2", eta, batch,
             lambda);
    status = ledger_computed(ledger, claim, FORM_PRINTED, setting, &computed, error);
    computed.paper = computed.exact;
    snprintf(setting, sizeof setting,
             "KL(gamma=5) - KL(gamma=1), eta=%g B=%g lambda=%g n=2, corrected: "
             "n/2 (eta lambda/(2B) - 1/gamma)",
             eta, batch, lambda);
    if (status == STATUS_OK)
        status =
            ledger_computed(ledger, claim, FORM_CORRECTED, setting, &computed, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_one(ledger, claim, 1e-3, 128, 1e-4, error);
    if (status == STATUS_OK)
        status = check_one(ledger, claim, 1, 1, 10, error);
    return status;
}

const struct claim claim_eq23 = {
    .id = "eq23",
    .where = "sec. 4.2, eq. 23",
    .kind = CLAIM_VALUE,
    .statement = "d KL/d gamma = n/2 (eta/(2 B lambda) - 1/gamma)",
    .check = check,
};
