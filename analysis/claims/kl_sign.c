/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kl-sign: eq. 22 is called a Kullback-Leibler divergence, which is never negative.
 * With its trace term as printed it can be, and then eq. 20 has no real root. */
#include "claims/shared/bound_ratio.h"
#include "claims/shared/claim_known.h"
#include "claims/shared/gap_bound.h"
#include "claims/shared/gaussian.h"

#include <math.h>
#include <stdio.h>

/* The divergence per parameter with gamma = 1 from matrices: eq. 21 in two dimensions,
 * with its trace term replaced by that with the factor of `gap`. */
static int from_matrices(const struct gap *gap, double *divergence, struct error *error)
{
    const double zero[GAUSSIAN_N] = {0, 0};
    const double v = gap->eta / (2 * gap->batch);
    const double q[] = {v, 0, 0, v}, p[] = {1 / gap->lambda, 0, 0, 1 / gap->lambda};
    double kl;
    const int status = pac_bayes_gaussian_kl(GAUSSIAN_N, zero, q, zero, p, &kl, error);
    const double trace = q[0] + q[3];
    *divergence = (kl + (gap->trace_factor - gap->lambda) * trace / 2) / GAUSSIAN_N;
    return status;
}

/* -KL per parameter, which must not exceed 0; it is 0 for Q = P alone. */
static int check_divergence(struct ledger *ledger, const struct claim *claim,
                            enum form form, const struct gap *gap, struct error *error)
{
    double measured;
    char setting[160];
    const int status = from_matrices(gap, &measured, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "-KL/n, eta=%g B=%g lambda=%g gamma=1 theta*=0%s",
             gap->eta, gap->batch, gap->lambda,
             form == FORM_CORRECTED
                 ? ", corrected: trace term gamma lambda Tr(Sigma_sgd)/2"
                 : "");
    return claim_below(ledger, claim, form, setting, 0, -gap_divergence(gap, 1),
                       -measured, evidence_scale(measured), error);
}

/* What stands under the root of eq. 20 times -N, at n = 100. */
static int check_root(struct ledger *ledger, const struct claim *claim, enum form form,
                      const struct gap *gap, struct error *error)
{
    const double n = 100, log_term = log(2 * BOUND_TRAIN_SIZE / BOUND_FAILURE);
    double measured;
    char setting[200];
    const int status = from_matrices(gap, &measured, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "-(KL + ln(2N/Delta)), n=%g N=%g Delta=%g eta=%g B=%g lambda=%g, "
             "eta/(2 B lambda)=%.3g%s",
             n, BOUND_TRAIN_SIZE, BOUND_FAILURE, gap->eta, gap->batch, gap->lambda,
             gap->eta / (2 * gap->batch * gap->lambda),
             form == FORM_CORRECTED
                 ? ", corrected: trace term gamma lambda Tr(Sigma_sgd)/2"
                 : "");
    return claim_below(ledger, claim, form, setting, 0,
                       -(n * gap_divergence(gap, 1) + log_term),
                       -n * measured - log_term, n, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct gap own = gap_printed(1e-3, 128, 1e-4);
    const struct gap large = gap_printed(1, 1, 10);
    const struct gap right = gap_corrected(1, 1, 10);
    int status = check_divergence(ledger, claim, FORM_PRINTED, &own, error);
    if (status == STATUS_OK)
        status = check_root(ledger, claim, FORM_PRINTED, &own, error);
    if (status == STATUS_OK)
        status = check_divergence(ledger, claim, FORM_PRINTED, &large, error);
    if (status == STATUS_OK)
        status = check_divergence(ledger, claim, FORM_CORRECTED, &right, error);
    if (status == STATUS_OK)
        status = check_root(ledger, claim, FORM_PRINTED, &large, error);
    if (status == STATUS_OK)
        status = check_root(ledger, claim, FORM_CORRECTED, &right, error);
    return status;
}

const struct claim claim_kl_sign = {
    .id = "kl-sign",
    .where = "sec. 4.2, eqs. 20 and 22",
    .kind = CLAIM_BOUND,
    .statement = "eq. 22 is a divergence, which is not negative, and eq. 20 has a real "
                 "root",
    .check = check,
};
