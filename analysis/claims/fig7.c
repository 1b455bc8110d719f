/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig7: beta0 in [-1, 0] "cannot enhance the noise". This is true of the variance that
 * a step applies (gamma <= 1), but not of the stationary variance at Algorithm 2's rate
 * eta/sqrt(gamma). */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

/* The largest gamma over a grid of [-1, 0], from the formula and from the implemented
 * step.
 */
static int check_gamma(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    enum { POINTS = 1001 };
    struct evidence evidence = {.paper = 1,
                                .paper_scale = 1,
                                .exact_scale = 1,
                                .se = 0,
                                .sampled = true,
                                .noiseless = true,
                                .decisive = true};
    for (int k = 0; k < POINTS; k++) {
        const double beta0 = -(double)k / (POINTS - 1);
        struct rule rule;
        const int status = rule_from(&rule, error, "two_batch lr=1 beta0=%.17g", beta0);
        if (status != STATUS_OK)
            return status;
        /* With independent noise of variance 1 in both samples and no gradient, one
         * step at rate eta0 moves theta by eta0 sqrt(gamma) in the root mean square,
         * which a probe measures. */
        struct linear_system probed;
        linear_system_probe(&rule, 0, &probed);
        const double rate = theory_normalized_lr(&rule);
        const double applied =
            (pow((double)probed.b[0][0], 2) + pow((double)probed.b[1][0], 2)) /
            (rate * rate);
        evidence.measured = fmax(evidence.measured, applied);
        evidence.exact = fmax(evidence.exact, theory_gamma(&rule));
    }
    return ledger_bound(ledger, claim, FORM_PRINTED,
                        "a step's noise: largest gamma over 1001 beta0 in [-1,0]",
                        &evidence, 0, error);
}

static int check_stationary(struct ledger *ledger, const struct claim *claim,
                            double beta0, double lr, struct error *error)
{
    struct rule rule, reference;
    struct evidence evidence;
    double samples = 0;
    char setting[128];
    int status =
        rule_from(&rule, error, "pnm lr=%.17g beta0=%.17g beta1=0.9", lr, beta0);
    if (status != STATUS_OK)
        return status;
    status = rule_from(&reference, error, "pnm lr=%.17g beta0=0 beta1=0.9", lr);
    if (status != STATUS_OK)
        return status;
    status = claim_stationary_ratio(ledger, &rule, &reference, 1, 1, 1, claim->id,
                                    &evidence, &samples, error);
    snprintf(setting, sizeof setting,
             "Sigma_pnm(beta0=%g) / Sigma_pnm(0), beta1=0.9 eta h=%g", beta0, lr);
    if (status == STATUS_OK)
        status = ledger_bound(ledger, claim, FORM_PRINTED, setting, &evidence, samples,
                              error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double beta0s[] = {-0.25, -0.5, -0.75, -1}, rates[] = {0.05, 0.5};
    int status = check_gamma(ledger, claim, error);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; status == STATUS_OK && k < 4; k++)
            status = check_stationary(ledger, claim, beta0s[k], rates[i], error);
    return status;
}

const struct claim claim_fig7 = {
    .id = "fig7",
    .where = "sec. 5, figure 7",
    .kind = CLAIM_BOUND,
    .statement = "beta0 in [-1,0] cannot enhance the noise: at most 1 times that of "
                 "beta0 = 0",
    .check = check,
};
