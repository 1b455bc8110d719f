/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise-ratio: the noise of positive-negative momentum is sqrt(gamma) times that of
 * conventional momentum, for eq. 7 as printed and for Algorithm 2. */
#include "claims/shared/claim_noise.h"

#include <math.h>

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double beta0 = 1, beta1 = 0.9, beta = beta1 * beta1;
    const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
    const struct noise_claim printed = {
        .name = "eq. 7",
        .rule = "pnm_eq7",
        .beta0 = beta0,
        .beta1 = beta1,
        .quantity = NOISE_SD_RATIO,
        .printed = sqrt(gamma),
        .corrected = sqrt((pow(1 + beta0, 2) + pow(beta0 * beta1, 2)) / (1 + beta)),
        .formula = "sqrt(((1+beta0)^2 + beta0^2 beta1^2)/(1+beta1^2))",
    };
    const struct noise_claim algorithm = {
        .name = "Algorithm 2",
        .rule = "pnm",
        .beta0 = beta0,
        .beta1 = beta1,
        .quantity = NOISE_SD_RATIO,
        .printed = sqrt(gamma),
        .corrected = sqrt(gamma) * (1 + beta1) / sqrt(1 + beta),
        .formula = "sqrt(gamma) (1+beta1)/sqrt(1+beta1^2)",
    };
    const int status = claim_noise_pair(ledger, claim, &printed, error);
    return status == STATUS_OK ? claim_noise_pair(ledger, claim, &algorithm, error)
                               : status;
}

const struct claim claim_noise_ratio = {
    .id = "noise-ratio",
    .where = "sec. 2, after eq. 9",
    .kind = CLAIM_VALUE,
    .statement = "the standard deviation of PNM's noise is sqrt(gamma) times that of "
                 "conventional momentum",
    .check = check,
};
