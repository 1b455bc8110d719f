/* SPDX-License-Identifier: GPL-3.0-or-later */
/* adapnm-debias: AdaPNM divides the positive-negative average by 1-beta1^t, as Adam
 * divides its mean, to remove the bias of starting at 0. Without bias, the mean of
 * constant gradients is the gradient. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>

/* mhat_t / gradient: m_t of a constant gradient is (1 - beta1^(2 ceil(t/2))) times it,
 * because each of the two streams has met ceil(t/2) or floor(t/2) gradients. */
static double debiased(double beta0, double beta1, int t)
{
    const double now = 1 - pow(beta1, 2 * ceil(t / 2.));
    const double last = 1 - pow(beta1, 2 * ceil((t - 1) / 2.));
    return ((1 + beta0) * now - beta0 * last) / (1 - pow(beta1, t));
}

/* mhat_t / gradient from the implemented step: vhat of a constant gradient 1 is 1, so
 * step t moves theta by -eta0 mhat/(1 + epsilon). */
static double debiased_simulated(const struct rule *rule, int t)
{
    double slot[RULE_MAX_SLOTS] = {0}, theta = 0;
    const double gradient = 1;
    for (int step = 0; step < t; step++) {
        theta = 0;
        rule->kind->step(rule, (uint64_t)step, 1, &gradient, &theta, slot);
    }
    return -theta * (1 + rule_parameter(rule, "epsilon")) / theory_normalized_lr(rule);
}

static int check_step(struct ledger *ledger, const struct claim *claim, double beta0,
                      double beta1, int t, struct error *error)
{
    struct rule rule;
    const int status =
        rule_from(&rule, error, "adapnm lr=0.1 beta0=%.17g beta1=%.17g", beta0, beta1);
    if (status != STATUS_OK)
        return status;
    const struct computed computed = {
        .kind = CLAIM_VALUE,
        .paper = 1,
        .exact = debiased(beta0, beta1, t),
        .measured = debiased_simulated(&rule, t),
        .tolerance = 1e-12,
        .step = 0.02,
    };
    char setting[128];
    snprintf(setting, sizeof setting, "adapnm beta0=%.4g beta1=%g, step %d", beta0,
             beta1, t);
    return ledger_computed(ledger, claim, FORM_PRINTED, setting, &computed, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double beta1 = 0.9;
    int status = STATUS_OK;
    /* Here the average is Adam's mean. */
    for (int t = 1; status == STATUS_OK && t <= 3; t++)
        status = check_step(ledger, claim, -beta1 / (1 + beta1), beta1, t, error);
    for (int t = 1; status == STATUS_OK && t <= 6; t++)
        status = check_step(ledger, claim, 1, beta1, t, error);
    if (status == STATUS_OK)
        status = check_step(ledger, claim, 1, beta1, 51, error);
    return status;
}

const struct claim claim_adapnm_debias = {
    .id = "adapnm-debias",
    .where = "sec. 2, Algorithm 3",
    .kind = CLAIM_VALUE,
    .statement =
        "dividing by 1-beta1^t removes the bias of the first moment; mhat of a "
        "constant gradient over that gradient",
    .check = check,
};
