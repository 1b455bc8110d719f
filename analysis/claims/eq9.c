/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq9: the variance of the noise in positive-negative momentum: against the same
 * streams unmixed, for eq. 8 as printed, and for Algorithm 2. */
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

/* Measures the noise variance of Algorithm 2. */
static int measure(const struct ledger *ledger, const struct claim *claim, double beta0,
                   double beta1, struct noise_row *variance, struct error *error)
{
    struct rule rule;
    struct noise_row rows[NOISE_QUANTITIES];
    int status =
        rule_from(&rule, error, "pnm lr=0.1 beta0=%.17g beta1=%.17g", beta0, beta1);
    if (status == STATUS_OK)
        status = claim_noise(ledger, claim, &rule, rows, error);
    if (status == STATUS_OK)
        *variance = rows[NOISE_VARIANCE];
    return status;
}

/* The variance of Algorithm 2's noise over that of the stream m_t alone, which is its
 * noise at beta0 = 0. */
static int check_streams(struct ledger *ledger, const struct claim *claim, double beta0,
                         double beta1, double gamma, struct error *error)
{
    struct noise_row mixed, alone;
    char setting[128];
    int status = measure(ledger, claim, beta0, beta1, &mixed, error);
    if (status == STATUS_OK)
        status = measure(ledger, claim, 0, beta1, &alone, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence *a = &mixed.evidence, *b = &alone.evidence;
    const double ratio = a->measured / b->measured;
    const struct evidence evidence = {
        .paper = gamma,
        .exact = a->exact / b->exact,
        .measured = ratio,
        .se = ratio * hypot(a->se / a->measured, b->se / b->measured),
        .paper_scale = evidence_scale(gamma),
        .exact_scale = evidence_scale(a->exact / b->exact),
        .count = a->count < b->count ? a->count : b->count,
        .sampled = a->sampled && b->sampled,
        .decisive = a->decisive && b->decisive,
    };
    snprintf(setting, sizeof setting,
             "times the variance of the same stream unmixed, beta0=%g beta1=%g", beta0,
             beta1);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence,
                        mixed.samples + alone.samples, error);
}

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
        status = check_streams(ledger, claim, beta0, beta1, gamma, error);
        if (status == STATUS_OK)
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
