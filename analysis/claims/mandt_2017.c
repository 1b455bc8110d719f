/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mandt-2017: Mandt, Hoffman and Blei, "Stochastic Gradient Descent as Approximate
 * Bayesian Inference": the stationary law of SGD at a constant rate, without and with a
 * preconditioner P, theta' = theta - eta P g, in continuous time; and the P with which
 * that law is a posterior. H and P are diagonal, the noise does not commute with them.
 *
 * With theta = P^(1/2) z the rule is SGD on z: z' = z - eta P^(1/2) g has curvature
 * P^(1/2) H P^(1/2) and noise P^(1/2) C P^(1/2). So it is simulated. */
#include "claims/shared/claim_stationary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODES = 2, PAIRS = 3, POINTS = 5 };
static const double curvature[MODES] = {1, 4};
static const double noise[MODES * MODES] = {1, 0.5, 0.5, 1.5};
static const double fractions[POINTS] = {0.02, 0.1, 0.3, 0.6, 0.9};

/* A diagonal preconditioner, and how settings show it. */
struct preconditioner {
    const char *text;
    double p[MODES];
};

/* The curvature of z. */
static double curvature_of_z(const struct preconditioner *own, size_t i)
{
    return own->p[i] * curvature[i];
}

/* sqrt(P_i P_j): what makes Sigma_ij of theta from that of z, and C_ij of z from that
 * of theta. */
static double scale(const struct preconditioner *own, size_t i, size_t j)
{
    return sqrt(own->p[i] * own->p[j]);
}

/* The rate at a fraction of the limit of stability. */
static double rate_at(const struct preconditioner *own, double fraction)
{
    return fraction * 2 / fmax(curvature_of_z(own, 0), curvature_of_z(own, 1));
}

/* Element ij of the solution of S H P + P H S - third eta P H S H P = eta P C P: with
 * third = 0 it is the paper's, in continuous time, with 1 that of the recursion. */
static double solution(const struct preconditioner *own, double eta, size_t i, size_t j,
                       double third)
{
    const double h_i = curvature_of_z(own, i), h_j = curvature_of_z(own, j);
    return eta * own->p[i] * own->p[j] * noise[i * MODES + j] /
           (h_i + h_j - third * eta * h_i * h_j);
}

/* Measures the elements of Sigma of theta. */
static int measure(const struct ledger *ledger, const struct claim *claim,
                   const struct preconditioner *own, double eta,
                   struct comparison rows[PAIRS], struct error *error)
{
    double h[MODES], c[MODES * MODES];
    struct problem problem = {0};
    struct comparison *found = NULL;
    size_t count = 0;
    struct rule rule;
    int status = rule_from(&rule, error, "sgd lr=%.17g", eta);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < MODES; i++) {
        h[i] = curvature_of_z(own, i);
        for (size_t j = 0; j < MODES; j++)
            c[i * MODES + j] = scale(own, i, j) * noise[i * MODES + j];
    }
    status = problem_init_dense(&problem, MODES, h, c, error);
    if (status == STATUS_OK)
        status = stationary_compare(ledger->sampling, &rule, &problem, STATIONARY_PAIRS,
                                    claim->id, NULL, &found, &count, error);
    for (size_t k = 0; k < count; k++) {
        rows[k] = found[k];
        claim_stationary_normalize(&rows[k].evidence,
                                   1 / scale(own, rows[k].i, rows[k].j));
    }
    free(found);
    problem_free(&problem);
    return status;
}

/* The three elements against one equation. */
static int add_elements(struct ledger *ledger, const struct claim *claim,
                        const struct preconditioner *own, double fraction,
                        const struct comparison rows[PAIRS], enum form form,
                        struct error *error)
{
    const bool corrected = form == FORM_CORRECTED;
    const double eta = rate_at(own, fraction);
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < PAIRS; k++) {
        const size_t i = rows[k].i, j = rows[k].j;
        struct evidence evidence = rows[k].evidence;
        char setting[200];
        evidence.paper = solution(own, eta, i, j, corrected);
        evidence.paper_scale = evidence_scale(evidence.paper);
        snprintf(setting, sizeof setting,
                 "%s, Sigma_%zu%zu, eta=%.4g (%g of the limit) h=1,4 dense C%s",
                 own->text, i + 1, j + 1, eta, fraction,
                 corrected ? ", corrected: the third term" : "");
        status = ledger_value(ledger, claim, form, setting, &evidence,
                              rows[k].plan.samples, error);
    }
    return status;
}

/* Sigma_12 of the recursion, from z, over the paper's. */
static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct preconditioner *own = context;
    const double eta = rate_at(own, fraction), root = scale(own, 0, 1);
    struct rule rule;
    enum exact_source source;
    int status = rule_from(&rule, error, "sgd lr=%.17g", eta);
    if (status == STATUS_OK)
        status =
            theory_covariance(&rule, curvature_of_z(own, 0), curvature_of_z(own, 1),
                              root * noise[1], value, &source, error);
    if (status == STATUS_OK)
        *value *= root / solution(own, eta, 0, 1, 0);
    return status;
}

static int add_preconditioner(struct ledger *ledger, const struct claim *claim,
                              const struct preconditioner *own, struct error *error)
{
    const struct limit limit = {
        .context = own,
        .ratio = ratio,
        .variable = "eta P H",
        .paper = solution(own, 1, 0, 1, 0),
        .order = 1,
    };
    const size_t from = ledger->count;
    struct comparison rows[PAIRS];
    char setting[200];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++) {
        status = measure(ledger, claim, own, rate_at(own, fractions[k]), rows, error);
        if (status == STATUS_OK)
            status = add_elements(ledger, claim, own, fractions[k], rows,
                                  FORM_FIRST_ORDER, error);
    }
    snprintf(setting, sizeof setting, "%s, Sigma_12 / eta", own->text);
    if (status == STATUS_OK)
        status =
            ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
    return status == STATUS_OK ? add_elements(ledger, claim, own, fractions[POINTS - 1],
                                              rows, FORM_CORRECTED, error)
                               : status;
}

/* --- the posterior ---------------------------------------------------------------- */

/* The paper's P = 2S/(eta N) C1^-1, where N samples with the covariance C1 of their
 * gradients, S of them a batch, give the posterior H^-1/N. The model is right: C1 = H.
 * Everything is a function of x = S/N: at h = N = eta = 1 the curvature of z is P h =
 * 2x, its noise P C, and Sigma of theta over the posterior's is P Sigma of z. C = 1/x
 * is that of samples drawn with replacement, C = 1/x - 1 that of S different ones. */
static double noise_of_z(double x, bool distinct)
{
    return 2 * (distinct ? 1 - x : 1);
}

static int posterior_ratio(const void *context, double x, double *value,
                           struct error *error)
{
    struct rule rule;
    enum exact_source source;
    (void)context;
    int status = rule_from(&rule, error, "sgd lr=1");
    if (status == STATUS_OK)
        status = theory_covariance(&rule, 2 * x, 2 * x, noise_of_z(x, false), value,
                                   &source, error);
    *value *= 2 * x;
    return status;
}

static int add_posterior(struct ledger *ledger, const struct claim *claim, double x,
                         bool distinct, double paper, enum form form,
                         const char *remark, struct error *error)
{
    struct rule rule;
    struct comparison row;
    char setting[200];
    int status = rule_from(&rule, error, "sgd lr=1");
    if (status == STATUS_OK)
        status = stationary_mode(ledger->sampling, &rule, 2 * x,
                                 noise_of_z(x, distinct), claim->id, &row, error);
    if (status != STATUS_OK)
        return status;
    claim_stationary_normalize(&row.evidence, 1 / (2 * x));
    row.evidence.paper = paper;
    row.evidence.paper_scale = evidence_scale(paper);
    snprintf(setting, sizeof setting,
             "best preconditioner, variance over the posterior's, S/N=%g%s", x, remark);
    return ledger_value(ledger, claim, form, setting, &row.evidence, row.plan.samples,
                        error);
}

static int check_posterior(struct ledger *ledger, const struct claim *claim,
                           struct error *error)
{
    static const double parts[POINTS] = {0.01, 0.05, 0.1, 0.25, 0.5};
    const struct limit limit = {
        .ratio = posterior_ratio,
        .variable = "S/N",
        .paper = 1,
        .order = 1,
    };
    const double last = parts[POINTS - 1];
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++)
        status = add_posterior(ledger, claim, parts[k], false, 1, FORM_FIRST_ORDER, "",
                               error);
    if (status == STATUS_OK)
        status = ledger_limit(ledger, claim, FORM_PRINTED,
                              "best preconditioner, variance over the posterior's",
                              &limit, from, error);
    if (status == STATUS_OK)
        status = add_posterior(ledger, claim, last, false, 1 / (1 - last),
                               FORM_CORRECTED, ", corrected: 1/(1 - S/N)", error);
    return status == STATUS_OK
               ? add_posterior(ledger, claim, last, true, 1, FORM_CORRECTED,
                               ", corrected: a batch of different samples", error)
               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct preconditioner plain = {"SGD", {1, 1}},
                                       scaled = {"P=diag(2,0.3)", {2, 0.3}};
    int status = add_preconditioner(ledger, claim, &plain, error);
    if (status == STATUS_OK)
        status = add_preconditioner(ledger, claim, &scaled, error);
    return status == STATUS_OK ? check_posterior(ledger, claim, error) : status;
}

const struct claim claim_mandt_2017 = {
    .id = "mandt-2017",
    .where = "Mandt, Hoffman and Blei, JMLR 18 (2017): constant and preconditioned SGD",
    .kind = CLAIM_LIMIT,
    .statement = "S H + H S = eta C for SGD, S H P + P H S = eta P C P for theta' = "
                 "theta - eta P g; with P = 2S/(eta N) C1^-1 that is the posterior's "
                 "H^-1/N",
    .check = check,
};
