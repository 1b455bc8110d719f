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

static int both(const struct ledger *ledger, const struct claim *claim,
                const struct rule *rule, const struct problem *problem,
                struct posterior *exact, struct posterior *measured,
                struct error *error)
{
    struct sampling sampling = *ledger->sampling;
    if (!sampling.precision_given)
        sampling.precision = 0.005; /* the bound hardly depends on the covariance */
    sampling.precision_given = sampling.quiet = true;
    int status = posterior_theory(rule, problem, POSTERIOR_EXACT, lambda, exact, error);
    if (status == STATUS_OK)
        status = posterior_measure(&sampling, rule, problem, lambda, claim->id,
                                   measured, error);
    return status;
}

static int add_row(struct ledger *ledger, const struct claim *claim, enum form form,
                   const char *what, struct error *error)
{
    const double curvature[DIMENSION] = {1, 1};
    struct problem problem = {0};
    struct rule rule, sgd;
    struct posterior exact, measured, sgd_exact, sgd_measured;
    char setting[200];
    int status = rule_from(&rule, error, "%s lr=%.17g", what, rate);
    if (status == STATUS_OK)
        status = rule_from(&sgd, error, "sgd lr=%.17g", rate);
    if (status == STATUS_OK)
        status = problem_init(&problem, DIMENSION, curvature, error);
    if (status != STATUS_OK)
        goto out;
    for (int i = 0; i < DIMENSION; i++)
        problem.noise[i] = curvature[i] / CLAIM_BATCH;
    status = both(ledger, claim, &rule, &problem, &exact, &measured, error);
    if (status == STATUS_OK)
        status = both(ledger, claim, &sgd, &problem, &sgd_exact, &sgd_measured, error);
    if (status != STATUS_OK)
        goto out;
    const double ratio = bound(measured.kl) / bound(sgd_measured.kl);
    const struct evidence evidence = {
        .paper = 1,
        .exact = bound(exact.kl) / bound(sgd_exact.kl),
        .measured = ratio,
        .se = ratio * hypot(relative_error(&measured), relative_error(&sgd_measured)),
        .count =
            measured.count < sgd_measured.count ? measured.count : sgd_measured.count,
        .sampled = measured.known && sgd_measured.known,
        .decisive = measured.decisive && sgd_measured.decisive,
        .paper_scale = 1,
        .exact_scale = 1,
    };
    snprintf(setting, sizeof setting,
             "%s: %s; eta=%g B=%g lambda=%g h=1 n=%d N=%g Delta=%g",
             ledger_form_text(form), what, rate, CLAIM_BATCH, lambda, DIMENSION,
             train_size, failure);
    status = ledger_bound(ledger, claim, form, setting, &evidence,
                          measured.samples + sgd_measured.samples, error);
out:
    problem_free(&problem);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = add_row(ledger, claim, FORM_PRINTED, "pnm beta0=1 beta1=0.9", error);
    if (status == STATUS_OK)
        status = add_row(ledger, claim, FORM_PRINTED,
                         "pnm beta0=1 beta1=0.9 lr-normalization=off", error);
    if (status == STATUS_OK)
        status = add_row(ledger, claim, FORM_CORRECTED,
                         "two_batch beta0=1 lr-normalization=off", error);
    return status;
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
