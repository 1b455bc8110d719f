/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq22: the trace term of the divergence from the prior N(0, I/lambda). Printed with
 * 1/lambda; the inverse of the prior's covariance is lambda I. */
#include "claims/shared/gaussian.h"

#include <math.h>
#include <stdio.h>

/* Half the squared length of x - mu_Q in the metric of the prior. */
static double half_square(const double *x, const void *context)
{
    const double lambda = *(const double *)context;
    double sum = 0;
    for (int i = 0; i < GAUSSIAN_N; i++)
        sum += x[i] * x[i];
    return sum / (2 / lambda);
}

static int check_one(struct ledger *ledger, const struct claim *claim, double lambda,
                     double gamma, struct error *error)
{
    const double variance = 1e-3 / (2 * 128.0);
    const double trace = GAUSSIAN_N * variance;
    const struct gaussian q = {{0, 0}, {gamma * variance, 0, 0, gamma * variance}};
    struct evidence evidence = {0};
    char setting[160];
    evidence.paper = gamma * trace / lambda / 2;
    int status = gaussian_quadrature(&q, half_square, &lambda, &evidence.exact, error);
    if (status == STATUS_OK)
        status = gaussian_monte_carlo(ledger, claim, &q, half_square, &lambda,
                                      &evidence, error);
    snprintf(setting, sizeof setting,
             "Tr(S_P^-1 S_Q)/2, lambda=%g gamma=%g, eta=0.001 B=128 n=2", lambda,
             gamma);
    if (status == STATUS_OK)
        status =
            ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
    evidence.paper = lambda * gamma * trace / 2;
    evidence.paper_scale = evidence_scale(evidence.paper);
    snprintf(
        setting, sizeof setting,
        "Tr(S_P^-1 S_Q)/2, lambda=%g gamma=%g, corrected: lambda gamma Tr(S_sgd)/2",
        lambda, gamma);
    if (status == STATUS_OK)
        status =
            ledger_value(ledger, claim, FORM_CORRECTED, setting, &evidence, 0, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_one(ledger, claim, 1e-4, 5, error);
    if (status == STATUS_OK)
        status = check_one(ledger, claim, 10, 5, error);
    return status;
}

const struct claim claim_eq22 = {
    .id = "eq22",
    .where = "sec. 4.2, eq. 22",
    .kind = CLAIM_VALUE,
    .statement = "the trace term of KL(Q(gamma)|P) is gamma Tr(Sigma_sgd)/(2 lambda)",
    .check = check,
};
