/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wang-2024: Wang, Malladi, Wang, Lyu and Li, "The Marginal Value of Momentum for Small
 * Learning Rate SGD": Heavy Ball at rate gamma has the law of SGD at eta =
 * gamma/(1-beta) as eta -> 0, in its stationary state and over times t with eta t
 * fixed. */
#include "claims/shared/claim_stationary.h"
#include "compare/fixed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Both rules at SGD's rate eta; curvature and noise are 1. */
static int pair_at(double beta, double eta, struct rule *momentum, struct rule *plain,
                   struct error *error)
{
    const int status =
        rule_from(momentum, error, "heavy_ball lr=%.17g beta1=%.17g beta3=1",
                  eta * (1 - beta), beta);
    return status == STATUS_OK ? rule_from(plain, error, "sgd lr=%.17g", eta) : status;
}

/* --- the stationary state --------------------------------------------------------- */

static int stationary_ratio(const void *context, double fraction, double *value,
                            struct error *error)
{
    const double *beta = context;
    struct rule momentum, plain;
    const int status = pair_at(*beta, 2 * fraction, &momentum, &plain, error);
    return status == STATUS_OK
               ? claim_stationary_exact(&momentum, &plain, 1, 1, value, error)
               : status;
}

static int add_stationary(struct ledger *ledger, const struct claim *claim, double beta,
                          struct error *error)
{
    static const double rates[] = {0.01, 0.05, 0.1, 0.5, 1};
    const struct limit limit = {
        .context = &beta,
        .ratio = stationary_ratio,
        .variable = "eta h",
        .paper = 1,
        .order = 1,
    };
    const size_t from = ledger->count;
    char setting[200];
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof rates / sizeof *rates; k++) {
        struct rule momentum, plain;
        struct evidence evidence;
        double samples = 0;
        status = pair_at(beta, rates[k], &momentum, &plain, error);
        if (status == STATUS_OK)
            status = claim_stationary_ratio(ledger, &momentum, &plain, 1, 1, 1,
                                            claim->id, &evidence, &samples, error);
        snprintf(setting, sizeof setting,
                 "stationary variance over SGD's, beta=%g, eta h=%g", beta, rates[k]);
        if (status == STATUS_OK)
            status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, &evidence,
                                  samples, error);
    }
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "stationary variance over SGD's, beta=%g", beta);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

/* --- a time that is fixed --------------------------------------------------------- */

/* eta h t. At 1 the means agree to second order in eta, at other times to first. */
static const double horizon = 2;

/* The relative error from which the bands of these rows are made. */
static const double coarse = 0.001;

/* The first two moments at a step, which fixed_compare puts in this order. */
enum { MEAN, VARIANCE, MOMENTS };
static const char *const moment_text[MOMENTS] = {"mean", "variance"};

/* The moments after horizon/eta steps from theta = 1 with an empty momentum. */
static int moments_at(const struct sampling *sampling, const struct rule *rule,
                      double eta, struct evidence moment[MOMENTS], double *samples,
                      struct error *error)
{
    struct problem problem;
    struct fixed_law law = {.rows = NULL};
    int status = problem_init_mode(&problem, 1, 1, error);
    if (status == STATUS_OK) {
        problem.start[0] = 1;
        status = fixed_compare(sampling, rule, &problem, FIXED_DIAGONAL,
                               (uint64_t)rint(horizon / eta), &law, error);
    }
    for (int k = 0; status == STATUS_OK && k < MOMENTS; k++)
        moment[k] = law.rows[k].evidence;
    *samples += law.samples;
    free(law.rows);
    problem_free(&problem);
    return status;
}

/* The moments of Heavy Ball over those of SGD. */
static int ratios_at(const struct sampling *sampling, double beta, double eta,
                     struct evidence ratio[MOMENTS], double *samples,
                     struct error *error)
{
    struct rule momentum, plain;
    struct evidence above[MOMENTS], below[MOMENTS];
    int status = pair_at(beta, eta, &momentum, &plain, error);
    *samples = 0;
    if (status == STATUS_OK)
        status = moments_at(sampling, &momentum, eta, above, samples, error);
    if (status == STATUS_OK)
        status = moments_at(sampling, &plain, eta, below, samples, error);
    for (int k = 0; status == STATUS_OK && k < MOMENTS; k++)
        ratio[k] = claim_stationary_quotient(&above[k], &below[k],
                                             above[k].exact / below[k].exact, 1);
    return status;
}

struct fixed_context {
    double beta;
    int moment;
};

static int fixed_ratio(const void *context, double fraction, double *value,
                       struct error *error)
{
    const struct fixed_context *own = context;
    const struct sampling exact = {.exact_only = true};
    struct evidence ratio[MOMENTS];
    double samples;
    const int status = ratios_at(&exact, own->beta, fraction, ratio, &samples, error);
    if (status == STATUS_OK)
        *value = ratio[own->moment].exact;
    return status;
}

enum { POINTS = 5 };
static const double rates[POINTS] = {0.125, 0.0625, 0.03125, 0.015625, 0.0078125};

/* What is known at one rate. */
struct point {
    struct evidence ratio[MOMENTS];
    double samples;
};

/* One moment: its ratios at all rates, and their limit. */
static int add_moment(struct ledger *ledger, const struct claim *claim, double beta,
                      int moment, const struct point point[POINTS], struct error *error)
{
    const struct fixed_context context = {beta, moment};
    const struct limit limit = {
        .context = &context,
        .ratio = fixed_ratio,
        .variable = "eta h",
        .paper = 1,
        .order = 1,
    };
    const size_t from = ledger->count;
    char setting[200];
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++) {
        snprintf(setting, sizeof setting,
                 "%s over SGD's at eta h t=%g, beta=%g, eta h=%g", moment_text[moment],
                 horizon, beta, rates[k]);
        status = ledger_value(ledger, claim, FORM_FIRST_ORDER, setting,
                              &point[k].ratio[moment], point[k].samples, error);
    }
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting, "%s over SGD's at eta h t=%g, beta=%g",
             moment_text[moment], horizon, beta);
    return ledger_limit(ledger, claim, FORM_PRINTED, setting, &limit, from, error);
}

static int add_fixed(struct ledger *ledger, const struct claim *claim, double beta,
                     struct error *error)
{
    struct point point[POINTS];
    struct sampling sampling = *ledger->sampling;
    int status = STATUS_OK;
    sampling.precision = fmax(sampling.precision, coarse);
    sampling_scale_precision(&sampling, 1 / sqrt(2));
    sampling.quiet = true;
    for (int k = 0; status == STATUS_OK && k < POINTS; k++)
        status = ratios_at(&sampling, beta, rates[k], point[k].ratio, &point[k].samples,
                           error);
    for (int moment = 0; status == STATUS_OK && moment < MOMENTS; moment++)
        status = add_moment(ledger, claim, beta, moment, point, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const double stationary[] = {0.5, 0.99}, fixed[] = {0.5, 0.9};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++)
        status = add_stationary(ledger, claim, stationary[k], error);
    for (size_t k = 0; status == STATUS_OK && k < 2; k++)
        status = add_fixed(ledger, claim, fixed[k], error);
    return status;
}

const struct claim claim_wang_2024 = {
    .id = "wang-2024",
    .where = "Wang, Malladi, Wang, Lyu and Li, ICLR 2024: momentum at a small rate",
    .kind = CLAIM_LIMIT,
    .statement =
        "Heavy Ball at rate gamma has the law of SGD at eta = gamma/(1-beta) as "
        "eta -> 0, stationary and at times t with eta t fixed: ratios of "
        "variances and means 1",
    .check = check,
};
