/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof-46: the last line of the proof of theorem 4.3, which takes B(gamma) for the
 * bound of PNM. Here both bounds have the covariances of simulated chains. */
#include "claims/shared/claim_stationary.h"
#include "compare/posterior.h"

#include <math.h>
#include <stdio.h>

enum { DIMENSION = 2 };
static const double train_size = 50000, failure = 0.05, lambda = 0.01, rate = 0.1;

static double bound(double kl)
{
    return pac_bayes_bounds(kl, train_size, failure, 0).paper;
}

/* The relative standard error of the bound, from that of the divergence: B is 4
 * sqrt((KL + ...)/N). */
static double relative_error(const struct posterior *posterior)
{
    const double b = bound(posterior->kl);
    return 8 * posterior->kl_se / (train_size * b * b);
}

/* The posterior of a rule, exact and measured. */
struct law {
    struct posterior exact, measured;
};

static int law_of(const struct ledger *ledger, const struct claim *claim,
                  const char *what, struct law *law, struct error *error)
{
    const double curvature[DIMENSION] = {1, 1};
    struct sampling sampling = *ledger->sampling;
    struct problem problem = {0};
    struct rule rule;
    if (!sampling.precision_given)
        sampling.precision = 0.005; /* the bound hardly depends on the covariance */
    sampling.precision_given = sampling.quiet = true;
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
                   const char *what, const struct law *sgd, struct error *error)
{
    struct law law;
    char setting[200];
    const int status = law_of(ledger, claim, what, &law, error);
    if (status != STATUS_OK)
        return status;
    const struct posterior *above = &law.measured, *below = &sgd->measured;
    const double ratio = bound(above->kl) / bound(below->kl);
    const struct evidence evidence = {
        .paper = 1,
        .exact = bound(law.exact.kl) / bound(sgd->exact.kl),
        .measured = ratio,
        .se = ratio * hypot(relative_error(above), relative_error(below)),
        .count = above->count < below->count ? above->count : below->count,
        .sampled = above->known && below->known,
        .decisive = above->decisive && below->decisive,
        .paper_scale = 1,
        .exact_scale = 1,
    };
    snprintf(setting, sizeof setting,
             "%s: %s; eta=%g B=%g lambda=%g h=1 n=%d N=%g Delta=%g",
             ledger_form_text(form), what, rate, CLAIM_BATCH, lambda, DIMENSION,
             train_size, failure);
    return ledger_bound(ledger, claim, form, setting, &evidence,
                        above->samples + below->samples, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const char pnm[] = "pnm beta0=1 beta1=0.9",
                      same_rate[] = "pnm beta0=1 beta1=0.9 lr-normalization=off",
                      two[] = "two_batch beta0=1 lr-normalization=off";
    struct law sgd;
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
