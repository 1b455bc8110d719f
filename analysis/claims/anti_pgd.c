/* SPDX-License-Identifier: GPL-3.0-or-later */
/* anti-pgd: Anti-PGD (Orvieto et al. 2022) perturbs gradient descent by anticorrelated
 * noise, which stays bounded and moves it to where the loss is flat. PNM is plain
 * momentum, perturbed by eta0 beta0 m; does that do the same? In a valley that widens,
 * the slow coordinate drifts by -rate h'/2 d Var(u), so that all depends on the
 * variance of a fast coordinate u. */
#include "claims/shared/claim_stationary.h"
#include "compare/fixed.h"
#include "compare/perturbation.h"
#include "compare/valley.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- Anti-PGD on a quadratic ------------------------------------------------------ */

/* Var theta/s^2 at h = 1, c = 1, so that s = eta. */
static int add_variance(struct ledger *ledger, const struct claim *claim,
                        const char *name, bool anticorrelated, double rate,
                        struct error *error)
{
    struct comparison row;
    struct rule rule;
    char setting[200];
    int status = rule_from(&rule, error, "%s lr=%.17g", name, rate);
    if (status == STATUS_OK)
        status = stationary_mode(ledger->sampling, &rule, 1, 1, claim->id, &row, error);
    if (status != STATUS_OK)
        return status;
    claim_stationary_normalize(&row.evidence, rate * rate);
    row.evidence.paper = anticorrelated ? 2 / (2 - rate) : 1 / (rate * (2 - rate));
    row.evidence.paper_scale = evidence_scale(row.evidence.paper);
    snprintf(setting, sizeof setting, "%s noise: %s, eta h=%g",
             anticorrelated ? "anticorrelated" : "uncorrelated", name, rate);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &row.evidence,
                        row.plan.samples, error);
}

static int bounded_ratio(const void *context, double fraction, double *ratio,
                         struct error *error)
{
    struct rule rule;
    enum exact_source source;
    double variance = 0;
    (void)context;
    int status = rule_from(&rule, error, "anti_pgd lr=%.17g", fraction);
    if (status == STATUS_OK)
        status = theory_covariance(&rule, 1, 1, 1, &variance, &source, error);
    *ratio = variance / (fraction * fraction);
    return status;
}

/* Var theta_T/s^2 where the loss is flat. */
static int add_flat(struct ledger *ledger, const struct claim *claim, const char *name,
                    double paper, uint64_t steps, struct error *error)
{
    struct problem problem;
    struct sampling sampling = *ledger->sampling;
    struct fixed_law law = {.rows = NULL};
    struct rule rule;
    char setting[200];
    sampling.quiet = true;
    int status = problem_init_mode(&problem, 0, 1, error);
    if (status == STATUS_OK)
        status = rule_from(&rule, error, "%s lr=0.1", name);
    if (status == STATUS_OK)
        status = fixed_compare(&sampling, &rule, &problem, FIXED_DIAGONAL, steps, &law,
                               error);
    if (status == STATUS_OK) {
        struct evidence evidence = law.rows[1].evidence;
        claim_stationary_normalize(&evidence, pow(rule.number[RULE_LR], 2));
        evidence.paper = paper;
        evidence.paper_scale = evidence_scale(paper);
        snprintf(setting, sizeof setting, "flat: %s, h=0, T=%llu", name,
                 (unsigned long long)steps);
        status = ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence,
                              law.samples, error);
    }
    free(law.rows);
    problem_free(&problem);
    return status;
}

static int check_rule(struct ledger *ledger, const struct claim *claim,
                      struct error *error)
{
    static const double rates[] = {0.01, 0.1, 0.5, 1, 1.5};
    const struct limit limit = {
        .ratio = bounded_ratio, .variable = "eta h", .paper = 1, .order = 1};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rates / sizeof *rates; k++)
        status = add_variance(ledger, claim, "anti_pgd", true, rates[k], error);
    for (size_t k = 0; status == STATUS_OK && k < 2; k++)
        status = add_variance(ledger, claim, "sgd", false, rates[k], error);
    if (status == STATUS_OK)
        status =
            ledger_limit(ledger, claim, FORM_PRINTED, "anticorrelated noise: bounded",
                         &limit, ledger->count, error);
    if (status == STATUS_OK)
        status = add_flat(ledger, claim, "anti_pgd", 1, 16, error);
    return status == STATUS_OK ? add_flat(ledger, claim, "sgd", 16, 16, error) : status;
}

/* --- PNM as a perturbed iterate --------------------------------------------------- */

static int pnm_at(struct rule *pnm, double beta0, double beta1, double rate,
                  struct error *error)
{
    return rule_from(pnm, error,
                     "pnm lr=%.17g beta0=%.17g beta1=%.17g lr-normalization=off", rate,
                     beta0, beta1);
}

/* A step of pnm from random numbers: x_{t+1} - x_t = -eta0 m_t with x = theta + eta0
 * beta0 m, by the implemented step or by the written-out matrices. */
static double decomposition(const struct rule *pnm, bool written, double perturbation)
{
    enum { STEPS = 50 };
    const double rate = pnm->number[RULE_LR];
    const double reach =
        rate * rule_parameter(pnm, "beta0") * (1 + perturbation); /* of m in x */
    double state[LINEAR_STATE] = {1}, most = 0, way = 0;
    struct linear_system system;
    theory_system(pnm, 0, &system);
    for (int t = 0; t < STEPS; t++) {
        const double gradient = cos(1.0 + t * t), before = state[0] + reach * state[1];
        double next[LINEAR_STATE] = {0};
        for (int r = 0; written && r < system.dim; r++) {
            next[r] = (double)system.b[0][r] * gradient;
            for (int k = 0; k < system.dim; k++)
                next[r] += linear_system_element(&system, r, k) * state[k];
        }
        if (written)
            for (int r = 0; r < system.dim; r++)
                state[r] = next[r];
        else
            pnm->kind->step(pnm, (uint64_t)t, 1, &gradient, state, state + 1);
        const double moved = state[0] + reach * state[1] - before;
        most = fmax(most, fabs(moved + rate * state[1]));
        way = fmax(way, fabs(moved));
    }
    return most / way;
}

static int simulated_decomposition(const void *context, double perturbation,
                                   double *apart, struct error *error)
{
    (void)error;
    *apart = decomposition(context, false, perturbation);
    return STATUS_OK;
}

static int written_decomposition(const void *context, double perturbation,
                                 double *apart, struct error *error)
{
    (void)error;
    *apart = decomposition(context, true, perturbation);
    return STATUS_OK;
}

/* The chains of a row, for its usual precision of 0.001; more for a sharper one. */
static uint64_t chains_for(const struct sampling *sampling, double usual, double least)
{
    const double share = 0.001 / sampling->precision;
    return sampling->chains > 0 ? sampling->chains
                                : (uint64_t)fmax(least, usual * share * share);
}

/* Var m, and what the perturbation adds to Var theta, in units of the reading's
 * eta0^2 beta0^2 Var m. */
static int add_perturbation(struct ledger *ledger, const struct claim *claim,
                            double beta0, double beta1, double rate,
                            struct error *error)
{
    struct evidence momentum, added;
    struct rule pnm;
    const struct identity identity = {&pnm, simulated_decomposition,
                                      written_decomposition};
    char what[120], setting[200];
    double samples;
    int status = pnm_at(&pnm, beta0, beta1, rate, error);
    snprintf(what, sizeof what, "pnm beta0=%g beta1=%g", beta0, beta1);
    snprintf(setting, sizeof setting, "decomposition: %s", what);
    if (status == STATUS_OK)
        status =
            ledger_identity(ledger, claim, FORM_PRINTED, setting, &identity, error);
    if (status == STATUS_OK)
        status = perturbation_compare(ledger->sampling, &pnm,
                                      chains_for(ledger->sampling, 4096, 64), claim->id,
                                      &momentum, &added, &samples, error);
    if (status != STATUS_OK)
        return status;
    momentum.paper = perturbation_momentum(&pnm, 1);
    momentum.paper_scale = evidence_scale(momentum.paper);
    snprintf(setting, sizeof setting, "Var m: %s, eta0 h=%g", what, rate);
    status =
        ledger_value(ledger, claim, FORM_PRINTED, setting, &momentum, samples, error);
    for (int form = FORM_PRINTED; status == STATUS_OK && form <= FORM_CORRECTED;
         form++) {
        if (form == FORM_INTENDED)
            continue;
        added.paper = form == FORM_PRINTED ? 1 : 1 + 1 / beta0;
        added.paper_scale = evidence_scale(added.paper);
        snprintf(setting, sizeof setting, "added to Var x: %s, eta0 h=%g%s", what, rate,
                 form == FORM_PRINTED ? "" : ", corrected: with Cov(x, m)");
        status = ledger_value(ledger, claim, (enum form)form, setting, &added, samples,
                              error);
    }
    return status;
}

/* --- the reading ------------------------------------------------------------------ */

static double sgd_variance(double rate, double h, double c)
{
    return rate * c / (h * (2 - rate * h));
}

/* What the reading gives a fast coordinate: SGD's variance at the rate applied and the
 * perturbation's, as if they were independent. */
struct reading {
    struct rule pnm;
    double noise;
};

static double reading_variance(const void *context, double h)
{
    const struct reading *own = context;
    const double rate = own->pnm.number[RULE_LR];
    const double reach = rate * rule_parameter(&own->pnm, "beta0");
    return sgd_variance(rate, h, own->noise) +
           own->noise * reach * reach * perturbation_momentum(&own->pnm, h);
}

/* (Var_pnm - Var_sgd)/(eta0^2 beta0^2 Var m) over what is printed or corrected, at a
 * fraction of pnm's limit. */
struct reading_limit {
    double beta0, beta1, paper;
};

static int reading_ratio(const void *context, double fraction, double *ratio,
                         struct error *error)
{
    const struct reading_limit *own = context;
    struct rule pnm;
    struct perturbation exact;
    const double rate = fraction * 2 / (1 + 2 * own->beta0);
    const double reach = rate * own->beta0;
    int status = pnm_at(&pnm, own->beta0, own->beta1, rate, error);
    if (status == STATUS_OK)
        status = perturbation_exact(&pnm, &exact, error);
    if (status == STATUS_OK)
        *ratio = (exact.theta - sgd_variance(rate, 1, 1)) /
                 (reach * reach * exact.momentum) / own->paper;
    return status;
}

/* The limits of the drift beyond SGD's: what is read, and what follows. */
static int add_limits(struct ledger *ledger, const struct claim *claim, double beta0,
                      double beta1, struct error *error)
{
    const double beta = beta1 * beta1, square = 2 * beta0 * beta0 * (1 - beta);
    struct reading_limit context = {beta0, beta1, 1};
    struct limit limit = {.context = &context,
                          .ratio = reading_ratio,
                          .variable = "eta h",
                          .paper = 1,
                          .order = 1};
    char setting[200];
    snprintf(setting, sizeof setting, "drift beyond sgd's: pnm beta0=%g beta1=%g",
             beta0, beta1);
    const int status = ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit,
                                    ledger->count, error);
    if (status != STATUS_OK)
        return status;
    limit.paper = context.paper = (square + beta0 * (1 - 3 * beta) - 2 * beta) / square;
    snprintf(setting, sizeof setting,
             "drift beyond sgd's: pnm beta0=%g beta1=%g, corrected", beta0, beta1);
    return ledger_limit(ledger, claim, FORM_CORRECTED, setting, &limit, ledger->count,
                        error);
}

/* --- the valley ------------------------------------------------------------------- */

enum { FAST = 2048, STEPS = 512, EVERY = 128, POINTS = STEPS / EVERY + 1 };
static const double length = 192, rate = 0.1;

/* How far a chain of a rule goes, 1 - v/l. */
struct drift {
    const char *what;    /* in settings */
    double beta0, beta1; /* of pnm; NAN: another rule */
    double noise;        /* c */
    double paper[POINTS], exact[POINTS];
    struct moments measured[POINTS];
    double samples;
};

/* The averaged laws to first order: v^2 falls linearly with SGD, and v exponentially
 * with Anti-PGD; pnm's is that of the reading. */
static void set_paper(struct drift *drift, const struct valley *valley)
{
    const double unit = rate * rate * drift->noise * FAST / (length * length);
    const struct reading reading = {*valley->rule, drift->noise};
    if (!isnan(drift->beta0))
        valley_average(valley, rate, reading_variance, &reading, drift->paper);
    for (int k = 0; k < POINTS; k++) {
        const double done = unit * k * EVERY;
        if (isnan(drift->beta0))
            drift->paper[k] =
                valley->rule->kind->exact_gradient ? exp(-rate * done) : sqrt(1 - done);
    }
}

static int run_drift(struct ledger *ledger, const struct claim *claim,
                     struct drift *drift, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const uint64_t chains = chains_for(sampling, 128, 64);
    struct rule rule;
    const struct valley valley = {&rule, FAST, length, drift->noise, STEPS, EVERY};
    int status = isnan(drift->beta0)
                     ? rule_from(&rule, error, "%s lr=%.17g", drift->what, rate)
                     : pnm_at(&rule, drift->beta0, drift->beta1, rate, error);
    if (status != STATUS_OK)
        return status;
    set_paper(drift, &valley);
    valley_mean_field(&valley, drift->exact);
    drift->samples = (double)chains * STEPS * (FAST + 1);
    if (!sampling->exact_only && drift->samples <= sampling->max_samples)
        status = valley_measure(sampling, &valley, chains, claim->id, drift->measured,
                                error);
    return status;
}

static struct evidence evidence_at(const struct drift *drift, int k)
{
    struct evidence evidence =
        evidence_of_mean(&drift->measured[k], 1 - drift->paper[k], 1 - drift->exact[k]);
    evidence.measured = 1 - evidence.measured;
    evidence.exact_error = 2 * evidence.exact / FAST;
    evidence.decisive = evidence.count >= ESTIMATE_MIN_CHAINS;
    return evidence;
}

static int add_drift(struct ledger *ledger, const struct claim *claim,
                     const struct drift *drift, struct error *error)
{
    int status = STATUS_OK;
    for (int k = 1; status == STATUS_OK && k < POINTS; k++) {
        const struct evidence evidence = evidence_at(drift, k);
        char setting[200];
        snprintf(setting, sizeof setting, "valley: %s c=%g T=%d", drift->what,
                 drift->noise, k * EVERY);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                              drift->samples, error);
    }
    return status;
}

/* The drift of pnm over that of SGD, as the reading gives it and as it is. */
static int add_ratio(struct ledger *ledger, const struct claim *claim,
                     const struct drift *pnm, const struct drift *sgd,
                     struct error *error)
{
    enum { LAST = POINTS - 1 };
    const struct evidence a = evidence_at(pnm, LAST), b = evidence_at(sgd, LAST);
    const double exact = a.exact / b.exact, measured = a.measured / b.measured;
    double plain[POINTS];
    struct rule rule;
    const struct valley valley = {&rule, FAST, length, sgd->noise, STEPS, EVERY};
    struct reading none = {.noise = sgd->noise};
    const int status = pnm_at(&rule, 0, 0, rate, error);
    if (status != STATUS_OK)
        return status;
    none.pnm = rule; /* without beta0 the reading is SGD */
    valley_average(&valley, rate, reading_variance, &none, plain);
    struct evidence evidence = a;
    char setting[200];
    evidence.paper = a.paper / (1 - plain[LAST]);
    evidence.exact = exact;
    evidence.measured = measured;
    evidence.se = fabs(measured) * hypot(a.se / a.measured, b.se / b.measured);
    evidence.exact_error = 4 * exact / FAST;
    evidence.paper_scale = evidence_scale(evidence.paper);
    evidence.exact_scale = evidence_scale(exact);
    snprintf(setting, sizeof setting, "valley: %s over sgd T=%d", pnm->what, STEPS);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence,
                        pnm->samples + sgd->samples, error);
}

static int check_valley(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    struct drift drifts[] = {
        {.what = "sgd", .beta0 = NAN, .noise = 1},
        {.what = "pnm beta0=1 beta1=0.9", .beta0 = 1, .beta1 = 0.9, .noise = 1},
        {.what = "pnm beta0=1 beta1=0", .beta0 = 1, .beta1 = 0, .noise = 1},
        {.what = "anti_pgd", .beta0 = NAN, .noise = 1},
        {.what = "anti_pgd", .beta0 = NAN, .noise = 5},
    };
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof drifts / sizeof *drifts; k++) {
        status = run_drift(ledger, claim, &drifts[k], error);
        if (status == STATUS_OK)
            status = add_drift(ledger, claim, &drifts[k], error);
    }
    for (size_t k = 1; status == STATUS_OK && k < 3; k++)
        status = add_ratio(ledger, claim, &drifts[k], &drifts[0], error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_rule(ledger, claim, error);
    if (status == STATUS_OK)
        status = add_perturbation(ledger, claim, 1, 0.9, 0.3, error);
    if (status == STATUS_OK)
        status = add_perturbation(ledger, claim, 1, 0, 0.3, error);
    if (status == STATUS_OK)
        status = add_limits(ledger, claim, 1, 0.9, error);
    if (status == STATUS_OK)
        status = add_limits(ledger, claim, 1, 0, error);
    if (status == STATUS_OK)
        status = add_limits(ledger, claim, 10, 0.9, error);
    return status == STATUS_OK ? check_valley(ledger, claim, error) : status;
}

const struct claim claim_anti_pgd = {
    .id = "anti-pgd",
    .where = "Orvieto et al. 2022",
    .kind = CLAIM_VALUE,
    .statement = "Anti-PGD: Var theta = 2 s^2/(2 - eta h); PNM is perturbed by "
                 "-eta0 beta0 m, which moves it to flat minima as 1/2 eta0^2 beta0^2 "
                 "Var(m) Tr H does",
    .check = check,
};
