/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq9: the variance of the noise in positive-negative momentum, for eq. 8 as printed
 * and for Algorithm 2. */
#include "claims/shared/claim_noise.h"

#include <math.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double settings[][2] = {{1, 0.9}, {3, 0.5}};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++) {
        const double beta0 = settings[k][0], beta1 = settings[k][1];
        const double beta = beta1 * beta1;
        const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
        const struct noise_claim printed = {
            .name = "eq. 8",
            .rule = "pnm_eq7",
            .beta0 = beta0,
            .beta1 = beta1,
            .quantity = NOISE_VARIANCE,
            .printed = gamma,
            .corrected = pow(1 - beta1, 2) *
                         (pow(1 + beta0, 2) + pow(beta0 * beta1, 2)) /
                         (1 - beta * beta),
            .formula = "(1-beta1)^2 ((1+beta0)^2 + beta0^2 beta1^2)/(1-beta1^4)",
        };
        const struct noise_claim algorithm = {
            .name = "Algorithm 2",
            .rule = "pnm",
            .beta0 = beta0,
            .beta1 = beta1,
            .quantity = NOISE_VARIANCE,
            .printed = gamma,
            .corrected = gamma * (1 - beta) / (1 + beta),
            .formula = "gamma (1-beta)/(1+beta), beta=beta1^2",
        };
        status = claim_noise_pair(ledger, claim, &printed, error);
        if (status == STATUS_OK)
            status = claim_noise_pair(ledger, claim, &algorithm, error);
    }
    return status;
}

const struct claim claim_eq9 = {
    .id = "eq9",
    .where = "sec. 2, eq. 9",
    .kind = CLAIM_VALUE,
    .statement =
        "Var(xi_pnm) = gamma sigma^2, gamma = (1+beta0)^2 + beta0^2; values for "
        "sigma = 1",
    .check = check,
};
