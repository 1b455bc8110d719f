/* noise-ratio: the noise of positive-negative momentum is sqrt(gamma) times that of
 * conventional momentum, for eq. 7 literally and for Algorithm 2. */
#include "noise_claims.h"

#include <math.h>
#include <stdio.h>

static int check_rule(struct ledger *ledger, const struct claim *claim,
                      const struct claim_rule *what, const char *name, double right,
                      const char *formula, struct error *error)
{
    const double gamma = pow(1 + what->beta0, 2) + pow(what->beta0, 2);
    struct noise_row rows[NOISE_QUANTITIES];
    char setting[200];
    int status = claim_noise(ledger, claim, what, rows, error);
    snprintf(setting, sizeof setting, "%s, beta0=%g beta1=%g", name, what->beta0,
             what->beta1);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[NOISE_SD_RATIO], setting,
                                 sqrt(gamma), error);
    snprintf(setting, sizeof setting, "%s, beta0=%g beta1=%g, corrected: %s", name,
             what->beta0, what->beta1, formula);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[NOISE_SD_RATIO], setting, right,
                                 error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double beta0 = 1, beta1 = 0.9, beta = beta1 * beta1;
    const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
    const struct claim_rule printed = {"pnm_eq7", beta0, beta1, NAN};
    const struct claim_rule algorithm = {"pnm", beta0, beta1, NAN};
    int status =
        check_rule(ledger, claim, &printed, "eq. 7",
                   sqrt((pow(1 + beta0, 2) + pow(beta0 * beta1, 2)) / (1 + beta)),
                   "sqrt(((1+beta0)^2 + beta0^2 beta1^2)/(1+beta1^2))", error);
    if (status == STATUS_OK)
        status = check_rule(ledger, claim, &algorithm, "Algorithm 2",
                            sqrt(gamma) * (1 + beta1) / sqrt(1 + beta),
                            "sqrt(gamma) (1+beta1)/sqrt(1+beta1^2)", error);
    return status;
}

const struct claim claim_noise_ratio = {
    .id = "noise-ratio",
    .where = "sec. 2, after eq. 9",
    .kind = CLAIM_VALUE,
    .statement = "the standard deviation of PNM's noise is sqrt(gamma) times that of "
                 "conventional momentum",
    .check = check,
};
