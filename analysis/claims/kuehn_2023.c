/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kuehn-2023: Kuehn and Rosenow, "Correlated Noise in Epoch-Based Stochastic Gradient
 * Descent: Implications for Weight Variances": noise that is drawn without replacement
 * is anti-correlated, so that SGD with momentum has the variance of uncorrelated noise
 * where the curvature is above a crossover, and a smaller one where the loss is flat.
 *
 * Everything is the variance, averaged over the phases of an epoch, over that of the
 * same rule with replacement, which is exact. */
#include "claims/shared/claim_stationary.h"
#include "compare/stationary_epoch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 2, POINTS = 5 };

/* A rule at SGD's rate eta, that is gamma/(1 - beta) for Heavy Ball. */
static int rule_at(double beta, double eta, struct rule *rule, struct error *error)
{
    return beta > 0 ? rule_from(rule, error, "heavy_ball lr=%.17g beta1=%.17g beta3=1",
                                eta * (1 - beta), beta)
                    : rule_from(rule, error, "sgd lr=%.17g", eta);
}

/* A mode of curvature 1 and epochs of so many steps. */
struct epochs {
    double beta, eta;
    uint64_t steps;
};

static const double h = 1, c = 1.0 / BATCH;

static int exact_ratio(const struct epochs *at, double *ratio, struct error *error)
{
    struct rule rule;
    enum exact_source source;
    double below = 1;
    int status = rule_at(at->beta, at->eta, &rule, error);
    if (status == STATUS_OK)
        status = theory_covariance(&rule, h, h, c, &below, &source, error);
    if (status == STATUS_OK)
        status =
            stationary_epoch_exact(&rule, h, c, at->steps * BATCH, BATCH, ratio, error);
    *ratio /= below;
    return status;
}

/* The relative error from which bands of 1 % are made; the paper's value is not judged
 * at a finite step, so that no row is sampled more because it is near its margin. */
static const double coarse = 0.0012;

static int measure(const struct ledger *ledger, const struct claim *claim,
                   const struct epochs *at, struct evidence *evidence, double *samples,
                   struct error *error)
{
    struct sampling sampling = *ledger->sampling;
    struct problem problem = {0};
    struct comparison *rows = NULL;
    size_t count;
    struct rule rule;
    enum exact_source source;
    double below = 1;
    int status = rule_at(at->beta, at->eta, &rule, error);
    if (status != STATUS_OK)
        return status;
    sampling.precision = fmax(sampling.precision, coarse);
    sampling.precision_given = sampling.quiet = true;
    status = theory_covariance(&rule, h, h, c, &below, &source, error);
    if (status == STATUS_OK)
        status = problem_init_mode(&problem, h, c, error);
    if (status == STATUS_OK) {
        problem_set_epochs(&problem, at->steps * BATCH, BATCH);
        status =
            stationary_epoch_compare(&sampling, &rule, &problem, STATIONARY_DIAGONAL,
                                     false, claim->id, &rows, &count, error);
    }
    if (status == STATUS_OK) {
        *evidence = rows[0].evidence;
        *samples = rows[0].plan.samples;
        claim_stationary_normalize(evidence, below);
        evidence->exact_error /= below;
        evidence->bias /= below;
    }
    free(rows);
    problem_free(&problem);
    return status;
}

static void setting_of(const struct epochs *at, const char *what, char setting[200])
{
    snprintf(setting, 200, "%s, beta=%g, eta h=%g, E=%llu", what, at->beta, at->eta * h,
             (unsigned long long)at->steps);
}

/* --- sharp directions ------------------------------------------------------------- */

/* eta h of the curves over the length of an epoch. */
static const double sharp = 0.5;

static int sharp_ratio(const void *context, double fraction, double *value,
                       struct error *error)
{
    const double *beta = context;
    const struct epochs at = {*beta, sharp, (uint64_t)rint(1 / fraction)};
    return exact_ratio(&at, value, error);
}

/* A mode that forgets within an epoch: the ratio over the steps of an epoch. */
static int add_sharp(struct ledger *ledger, const struct claim *claim, double beta,
                     struct error *error)
{
    const struct limit limit = {
        .context = &beta,
        .ratio = sharp_ratio,
        .variable = "1/E",
        .paper = 1,
        .order = 1,
    };
    const size_t from = ledger->count;
    char setting[200];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++) {
        const struct epochs at = {beta, sharp, (uint64_t)8 << k};
        struct evidence evidence;
        double samples = 0;
        status = measure(ledger, claim, &at, &evidence, &samples, error);
        evidence.paper = evidence.paper_scale = 1;
        setting_of(&at, "variance over that with replacement", setting);
        if (status == STATUS_OK)
            status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                                  samples, error);
    }
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "variance over that with replacement, beta=%g, eta h=%g", beta, sharp * h);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

/* --- flat directions -------------------------------------------------------------- */

/* The steps of an epoch. */
enum { FLAT = 32 };

/* A mode that is flat beside an epoch, where eta h E is 1 or less: the paper's word is
 * that its variance is smaller. */
static int add_flat(struct ledger *ledger, const struct claim *claim, double beta,
                    double x, struct error *error)
{
    const struct epochs at = {beta, x / FLAT, FLAT};
    struct evidence evidence;
    double samples = 0;
    char setting[200];
    const int status = measure(ledger, claim, &at, &evidence, &samples, error);
    evidence.paper = evidence.paper_scale = 1;
    setting_of(&at, "flat: variance at most that with replacement", setting);
    return status == STATUS_OK ? ledger_bound(ledger, claim, FORM_PRINTED, setting,
                                              &evidence, samples, error)
                               : status;
}

/* The leading order of the ratio for SGD. A sum of r of the E noises of an epoch, which
 * add up to 0, has the variance eta^2 C r(E-r) B/(N-1); its mean over r is E^2-1 sixths
 * of eta^2 C B/(N-1). With replacement the variance is eta C/(2h). */
static double leading(double eta)
{
    return eta * h * (FLAT * FLAT - 1) * BATCH / (3.0 * (FLAT * BATCH - 1));
}

static int flat_ratio(const void *context, double fraction, double *value,
                      struct error *error)
{
    const struct epochs at = {0, fraction / FLAT, FLAT};
    (void)context;
    const int status = exact_ratio(&at, value, error);
    *value /= leading(at.eta);
    return status;
}

static int add_leading(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    const struct limit limit = {
        .ratio = flat_ratio,
        .variable = "eta h E",
        .paper = 1,
        .order = 1,
    };
    static const char what[] = "flat: ratio over eta h (E^2-1) B/(3(N-1))";
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++) {
        const struct epochs at = {0, ldexp(1, -k) / FLAT, FLAT};
        struct evidence evidence;
        double samples = 0;
        char setting[200];
        status = measure(ledger, claim, &at, &evidence, &samples, error);
        claim_stationary_normalize(&evidence, leading(at.eta));
        evidence.exact_error /= leading(at.eta);
        evidence.bias /= leading(at.eta);
        evidence.paper = evidence.paper_scale = 1;
        setting_of(&at, what, setting);
        if (status == STATUS_OK)
            status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                                  samples, error);
    }
    return status == STATUS_OK
               ? ledger_limit(ledger, claim, FORM_CORRECTED,
                              "flat: ratio over eta h (E^2-1) B/(3(N-1)), beta=0, "
                              "corrected: by how much it is smaller",
                              &limit, from, error)
               : status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double betas[] = {0, 0.9}, parts[] = {1, 0.125};
    int status = STATUS_OK;
    for (int b = 0; status == STATUS_OK && b < 2; b++)
        status = add_sharp(ledger, claim, betas[b], error);
    for (int b = 0; b < 2; b++)
        for (int k = 0; status == STATUS_OK && k < 2; k++)
            status = add_flat(ledger, claim, betas[b], parts[k], error);
    return status == STATUS_OK ? add_leading(ledger, claim, error) : status;
}

const struct claim claim_kuehn_2023 = {
    .id = "kuehn-2023",
    .where = "Kuehn and Rosenow, arXiv 2306.05300 (2023): epochs and flat directions",
    .kind = CLAIM_LIMIT,
    .statement = "without replacement the variance of SGD with momentum is that with "
                 "replacement where the curvature is above a crossover, and smaller "
                 "where the loss is flat; E steps an epoch, eta = gamma/(1-beta)",
    .check = check,
};
