/* eq9: the variance of the noise in positive-negative momentum, for eq. 8 literally and
 * for Algorithm 2. */
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
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], setting, gamma,
                                 error);
    snprintf(setting, sizeof setting, "%s, beta0=%g beta1=%g, corrected: %s", name,
             what->beta0, what->beta1, formula);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], setting, right,
                                 error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double settings[][2] = {{1, 0.9}, {3, 0.5}};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++) {
        const double beta0 = settings[k][0], beta1 = settings[k][1];
        const double beta = beta1 * beta1;
        const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
        const double eq8 = pow(1 - beta1, 2) *
                           (pow(1 + beta0, 2) + pow(beta0 * beta1, 2)) /
                           (1 - beta * beta);
        const struct claim_rule printed = {"pnm_eq7", beta0, beta1, NAN};
        const struct claim_rule algorithm = {"pnm", beta0, beta1, NAN};
        status = check_rule(ledger, claim, &printed, "eq. 8", eq8,
                            "(1-beta1)^2 ((1+beta0)^2 + beta0^2 beta1^2)/(1-beta1^4)",
                            error);
        if (status == STATUS_OK)
            status = check_rule(ledger, claim, &algorithm, "Algorithm 2",
                                gamma * (1 - beta) / (1 + beta),
                                "gamma (1-beta)/(1+beta), beta=beta1^2", error);
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
