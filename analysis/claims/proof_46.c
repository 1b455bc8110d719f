/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-46: the last line of the proof of theorem 4.3, which takes B(gamma) for the
 * bound of PNM. Here both bounds have the covariances of simulated chains. */
#include "claims/shared/bound_ratio.h"
#include "claims/shared/claim_stationary.h"

#include <stdio.h>

enum { DIMENSION = 2 };
static const double lambda = 0.01, rate = 0.1;

/* The law of a rule, exact and measured. */
static int law_of(const struct ledger *ledger, const struct claim *claim,
                  const char *what, struct bound_law *law, struct error *error)
{
    const double curvature[DIMENSION] = {1, 1};
    struct sampling sampling = *ledger->sampling;
    struct problem problem = {0};
    struct rule rule;
    if (!sampling.precision_given)
        sampling.precision = 0.005; /* the bound hardly depends on the covariance */
    law->alike = 1;
    int status = rule_from(&rule, error, "%s lr=%.17g", what, rate);
    if (status == STATUS_OK)
        status = problem_init(&problem, DIMENSION, curvature, error);
    for (int i = 0; status == STATUS_OK && i < DIMENSION; i++)
        problem.noise[i] = curvature[i] / CLAIM_BATCH;
    if (status == STATUS_OK)
        status = posterior_theory(&rule, &problem, POSTERIOR_EXACT, lambda, &law->exact,
                                  error);
    if (status == STATUS_OK)
        status = posterior_measure(&sampling, &rule, &problem, lambda, claim->id,
                                   &law->measured, error);
    problem_free(&problem);
    return status;
}

static int add_row(struct ledger *ledger, const struct claim *claim, enum form form,
                   const char *what, const struct bound_law *sgd, struct error *error)
{
    struct bound_law law;
    char setting[200];
    const int status = law_of(ledger, claim, what, &law, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence evidence = bound_ratio(&law, sgd);
    snprintf(setting, sizeof setting,
             "%s: %s; eta=%g B=%g lambda=%g h=1 n=%d N=%g Delta=%g",
             ledger_form_text(form), what, rate, CLAIM_BATCH, lambda, DIMENSION,
             BOUND_TRAIN_SIZE, BOUND_FAILURE);
    return ledger_bound(ledger, claim, form, setting, &evidence,
                        bound_samples(&law, sgd), error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const char pnm[] = "pnm beta0=1 beta1=0.9",
                      same_rate[] = "pnm beta0=1 beta1=0.9 lr-normalization=off",
                      two[] = "two_batch beta0=1 lr-normalization=off";
    struct bound_law sgd;
    int status = law_of(ledger, claim, "sgd", &sgd, error);
    if (status == STATUS_OK)
        status = add_row(ledger, claim, FORM_PRINTED, pnm, &sgd, error);
    if (status == STATUS_OK)
        status = add_row(ledger, claim, FORM_PRINTED, same_rate, &sgd, error);
    return status == STATUS_OK
               ? add_row(ledger, claim, FORM_CORRECTED, two, &sgd, error)
               : status;
}

const struct claim claim_proof_46 = {
    .id = "proof-46",
    .where = "app. A, eq. 46",
    .kind = CLAIM_BOUND,
    .statement =
        "Sup Gen(PNM)/Sup Gen(SGD) is below 1 for gamma in (1, 2 B lambda/eta] "
        "if eta/(2 B lambda) < 1",
    .check = check,
};
