/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thm4.1: Sigma H + H Sigma = eta C for the SDE d theta = -H theta dt + (eta C)^(1/2)
 * dW, and for the discrete recursion of SGD as eta h -> 0. The noise does not commute
 * with H. */
#include "claims/shared/claim_examples.h"
#include "claims/shared/claim_stationary.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MODES = 2, PAIRS = 3, STEPS = 4 };
static const double curvature[MODES] = {1, 2};
static const double noise[MODES * MODES] = {1, 0.5, 0.5, 1.5};

static int compare(const struct claim *claim, const struct sampling *sampling,
                   double lr, double noise_factor, struct comparison rows[PAIRS],
                   struct error *error)
{
    double scaled[MODES * MODES];
    struct problem problem = {0};
    struct comparison *found = NULL;
    size_t count = 0;
    struct rule rule;
    int status = rule_from(&rule, error, "sgd lr=%.17g", lr);
    if (status != STATUS_OK)
        return status;
    for (int k = 0; k < MODES * MODES; k++)
        scaled[k] = noise_factor * noise[k];
    status = problem_init_dense(&problem, MODES, curvature, scaled, error);
    if (status == STATUS_OK)
        status = stationary_compare(sampling, &rule, &problem, STATIONARY_PAIRS,
                                    claim->id, NULL, &found, &count, error);
    for (size_t k = 0; k < count; k++)
        rows[k] = found[k];
    free(found);
    problem_free(&problem);
    return status;
}

/* --- the SDE ---------------------------------------------------------------------- */

static double integrand(double s, void *context)
{
    const double *rate = context;
    return exp(-rate[0] * s) * rate[1];
}

/* The stationary covariance of the SDE from its integral over the past,
 * int_0^inf e^{-Hs} eta C e^{-Hs} ds, and not from the claimed equation. */
static int integral(size_t i, size_t j, double eta, double *value, struct error *error)
{
    double context[2] = {curvature[i] + curvature[j], eta * noise[i * MODES + j]};
    double rounding;
    const gsl_function function = {integrand, context};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(200);
    if (!workspace)
        return error_memory(error, "an integral");
    const int failure = gsl_integration_qagiu((gsl_function *)&function, 0, 0, 1e-12,
                                              200, workspace, value, &rounding);
    gsl_integration_workspace_free(workspace);
    return failure == 0 ? STATUS_OK
                        : error_set(error, STATUS_SOFTWARE,
                                    "the integral of the SDE does not converge");
}

/* Euler-Maruyama, theta' = theta - dt H theta + (dt eta C)^(1/2) xi, is SGD with
 * learning rate dt and noise eta C / dt. It runs with four step sizes, each half the
 * last; the cubic through the four results has these weights at dt = 0. Euler's result
 * is a geometric series in x = dt h_i h_j/(h_i + h_j), of which the weights leave
 * -x^4/64 and less: 1.6e-6 relative at the largest curvature. */
static int check_sde(struct ledger *ledger, const struct claim *claim,
                     struct error *error)
{
    static const double weight[STEPS] = {-1 / 21.0, 2 / 3.0, -8 / 3.0, 64 / 21.0};
    const double eta = 0.1, largest_step = 0.1;
    struct comparison rows[STEPS][PAIRS];
    struct sampling sampling = *ledger->sampling;
    int status = STATUS_OK;
    /* The weights make the error of the result 4.11 times that of each. */
    sampling_scale_precision(&sampling, 1 / 4.11);
    sampling.precision_given = true;
    for (int k = 0; status == STATUS_OK && k < STEPS; k++) {
        const double dt = ldexp(largest_step, -k);
        status = compare(claim, &sampling, dt, eta / dt, rows[k], error);
    }
    for (int pair = 0; status == STATUS_OK && pair < PAIRS; pair++) {
        const size_t i = rows[0][pair].i, j = rows[0][pair].j;
        struct evidence e = {.sampled = true, .decisive = true, .count = UINT64_MAX};
        double samples = 0, variance = 0;
        char setting[200];
        for (int k = 0; k < STEPS; k++) {
            const struct evidence *own = &rows[k][pair].evidence;
            e.measured += weight[k] * own->measured;
            variance += pow(weight[k] * own->se, 2);
            e.sampled = e.sampled && own->sampled;
            e.decisive = e.decisive && own->decisive;
            e.count = own->count < e.count ? own->count : e.count;
            samples += rows[k][pair].plan.samples;
            e.plain_samples += rows[k][pair].plain_samples;
        }
        e.se = sqrt(variance);
        e.paper = eta * noise[i * MODES + j] / (curvature[i] + curvature[j]);
        status = integral(i, j, eta, &e.exact, error);
        const double x = largest_step /
                         (1 / curvature[i] + 1 / curvature[j]); /* at the first step */
        e.bias = fabs(e.exact) * pow(x, 4) / 64 / (1 - x);
        e.paper_scale = evidence_scale(e.paper);
        e.exact_scale = evidence_scale(e.exact);
        snprintf(setting, sizeof setting,
                 "SDE, Sigma_%zu%zu, Euler-Maruyama dt=0.1 0.05 0.025 0.0125 "
                 "extrapolated, "
                 "eta=%g h=1,2 dense C",
                 i + 1, j + 1, eta);
        if (status == STATUS_OK)
            status =
                ledger_value(ledger, claim, FORM_PRINTED, setting, &e, samples, error);
    }
    return status;
}

/* --- the recursion ---------------------------------------------------------------- */

struct element {
    const struct ledger *ledger;
    size_t i, j;
};

static double limit_lr(void)
{
    return 2 / curvature[MODES - 1];
}

static int ratio(const void *context, double fraction, double *value,
                 struct error *error)
{
    const struct element *own = context;
    const double h_i = curvature[own->i], h_j = curvature[own->j];
    const double c = noise[own->i * MODES + own->j];
    struct rule rule;
    enum exact_source source;
    double exact = 0;
    int status = rule_from(&rule, error, "sgd lr=%.17g", fraction * limit_lr());
    if (status == STATUS_OK)
        status = theory_covariance(&rule, h_i, h_j, c, &exact, &source, error);
    if (status == STATUS_OK)
        *value = exact / theory_paper(&rule, h_i, h_j, c);
    return status;
}

static int check_recursion(struct ledger *ledger, const struct claim *claim,
                           struct error *error)
{
    static const double fractions[] = {0.02, 0.1, 0.3, 0.6, 0.9};
    const struct element off_diagonal = {ledger, 0, 1};
    const size_t from = ledger->count;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 5; k++) {
        struct comparison rows[PAIRS];
        const double lr = fractions[k] * limit_lr();
        status = compare(claim, ledger->sampling, lr, 1, rows, error);
        for (int pair = 0; status == STATUS_OK && pair < PAIRS; pair++) {
            char setting[200];
            snprintf(setting, sizeof setting,
                     "SGD, Sigma_%zu%zu, eta=%g (%g of the limit) h=1,2 dense C",
                     rows[pair].i + 1, rows[pair].j + 1, lr, fractions[k]);
            status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting,
                                  &rows[pair].evidence, rows[pair].plan.samples, error);
        }
    }
    if (status != STATUS_OK)
        return status;
    const struct limit limit = {
        .context = &off_diagonal,
        .ratio = ratio,
        .variable = "eta h",
        .paper = noise[1] / (curvature[0] + curvature[1]),
        .order = 1,
    };
    return ledger_limit(ledger, claim, FORM_PRINTED, "SGD, Sigma_12 / eta", &limit,
                        from, error);
}

/* --- minibatches ------------------------------------------------------------------ */

/* The recursion with minibatches: C in the equation is that at the minimum and, of
 * epochs, that with replacement. */
static int check_examples(struct ledger *ledger, const struct claim *claim,
                          enum claim_examples kind, struct error *error)
{
    struct comparison rows[CLAIM_EXAMPLES_MODES];
    struct rule rule;
    int status = rule_from(&rule, error, "sgd lr=%.17g", CLAIM_EXAMPLES_RATE);
    if (status == STATUS_OK)
        status = claim_examples_compare(ledger->sampling, &rule, kind, claim->id, rows,
                                        error);
    for (int k = 0; status == STATUS_OK && k < CLAIM_EXAMPLES_MODES; k++) {
        char setting[200];
        snprintf(setting, sizeof setting, "%s, Sigma_%d%d of SGD, eta=%g h=%g",
                 kind == CLAIM_EXAMPLES_EPOCHS ? "epochs of 32 steps"
                                               : "minibatches of 2 examples",
                 k + 1, k + 1, CLAIM_EXAMPLES_RATE, rows[k].h_i);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting,
                              &rows[k].evidence, rows[k].plan.samples, error);
    }
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_sde(ledger, claim, error);
    if (status == STATUS_OK)
        status = check_recursion(ledger, claim, error);
    if (status == STATUS_OK)
        status = check_examples(ledger, claim, CLAIM_EXAMPLES_FRESH, error);
    return status == STATUS_OK
               ? check_examples(ledger, claim, CLAIM_EXAMPLES_EPOCHS, error)
               : status;
}

const struct claim claim_thm4_1 = {
    .id = "thm4.1",
    .where = "sec. 4.1, theorem 4.1",
    .kind = CLAIM_LIMIT,
    .statement =
        "Sigma H + H Sigma = eta C for the SDE (13); for the discrete recursion "
        "as eta h -> 0",
    .check = check,
};
