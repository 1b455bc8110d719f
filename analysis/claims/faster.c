/* SPDX-License-Identifier: GPL-3.0-or-later */
/* faster: PNM converges faster than SGD (with momentum), "due to stronger" noise. Here
 * on a quadratic with curvatures from L down to L/100: E|grad f(theta_t)|^2 of PNM over
 * that of Heavy Ball at the same rate applied, from theta_0 far from the minimum, with
 * noise and without. */
#include "claims/shared/claim_known.h"
#include "claims/shared/claim_stationary.h"
#include "engine/descent.h"

#include <math.h>
#include <stdio.h>

enum { N = 8, RULES = 2 };
static const double condition = 100;
static const double start = 10; /* in units of the noise of one coordinate */

struct setting {
    double rate; /* eta0 L */
    uint64_t step;
};

/* One of the two rules. */
struct side {
    struct rule rule;
    double exact[2]; /* E|grad f(theta_t)|^2 without noise, and with it */
    double spread;   /* variance of |grad f(theta_t)|^2 over the square of its mean */
};

/* Noise of variance 1 in every coordinate; L = 1. */
static void side_exact(struct side *side, uint64_t step)
{
    double variance = 0;
    side->exact[0] = side->exact[1] = 0;
    for (int i = 0; i < N; i++) {
        const double h = pow(condition, -(double)i / (N - 1));
        struct linear_system system;
        double mean, own;
        theory_system(&side->rule, h, &system);
        linear_system_at(&system, &system, 1, start, step, &mean, &own);
        side->exact[0] += h * h * mean * mean;
        side->exact[1] += h * h * (mean * mean + own);
        variance += pow(h, 4) * (2 * own * own + 4 * mean * mean * own);
    }
    side->spread = variance / (side->exact[1] * side->exact[1]);
}

static int sides_make(const struct setting *at, struct side sides[RULES],
                      struct error *error)
{
    int status =
        rule_from(&sides[0].rule, error,
                  "pnm lr=%.17g beta0=1 beta1=0.9 lr-normalization=off", at->rate);
    if (status == STATUS_OK)
        status =
            rule_from(&sides[1].rule, error, "heavy_ball lr=%.17g beta1=0.9", at->rate);
    for (int k = 0; status == STATUS_OK && k < RULES; k++)
        side_exact(&sides[k], at->step);
    return status;
}

/* |grad f|^2 of the last step, over the chains that were sampled. */
static int measure(const struct ledger *ledger, const struct claim *claim,
                   const struct rule *rule, uint64_t step, bool noise, uint64_t chains,
                   struct moments *square, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const struct loss_kind *kind = loss_kind_find("quadratic");
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    struct descent_curve curve = {0};
    struct loss loss = {0};
    loss_defaults(kind, parameter);
    parameter[loss_parameter(kind, "condition")] = condition;
    int status = loss_init(&loss, kind, N, parameter, error);
    const struct descent descent = {
        .rule = rule,
        .loss = &loss,
        .start = start,
        .sigma = noise ? sqrt(N) : 0,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .label = sampling_label(sampling, claim->id),
        .session = sampling->session,
    };
    if (status == STATUS_OK)
        status = descent_run(&descent, chains, step, &curve, error);
    if (status == STATUS_OK) {
        *square = curve.square[0][step];
        moments_merge(square, &curve.square[1][step]);
    }
    descent_curve_free(&curve);
    loss_free(&loss);
    return status;
}

static int check_noisy(struct ledger *ledger, const struct claim *claim,
                       const char *setting, const struct setting *at,
                       const struct side sides[RULES], struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const double wanted = (sides[0].spread + sides[1].spread) /
                          (sampling->precision * sampling->precision);
    const uint64_t chains = wanted > PLAN_CHAINS ? (uint64_t)wanted : PLAN_CHAINS;
    const double samples = RULES * N * (double)chains * (double)at->step;
    struct moments x = {0}, y = {0};
    int status = STATUS_OK;
    if (samples <= sampling->max_samples) {
        status =
            measure(ledger, claim, &sides[0].rule, at->step, true, chains, &x, error);
        if (status == STATUS_OK)
            status = measure(ledger, claim, &sides[1].rule, at->step, true, chains, &y,
                             error);
    }
    const uint64_t count = x.count < y.count ? x.count : y.count;
    struct evidence e = {
        .paper = 1,
        .exact = sides[0].exact[1] / sides[1].exact[1],
        .measured = x.mean / y.mean,
        .se = x.mean / y.mean *
              hypot(moments_stderr(&x) / x.mean, moments_stderr(&y) / y.mean),
        .count = count,
        .paper_scale = 1,
        .sampled = count > 0,
        .decisive = count >= ESTIMATE_MIN_CHAINS,
    };
    e.exact_scale = evidence_scale(e.exact);
    return status == STATUS_OK
               ? ledger_bound(ledger, claim, FORM_PRINTED, setting, &e, samples, error)
               : status;
}

/* What is left without noise, which the paper takes for the reason. */
static int check_noiseless(struct ledger *ledger, const struct claim *claim,
                           const char *setting, const struct setting *at,
                           const struct side sides[RULES], struct error *error)
{
    struct moments x, y;
    int status = measure(ledger, claim, &sides[0].rule, at->step, false, 1, &x, error);
    if (status == STATUS_OK)
        status = measure(ledger, claim, &sides[1].rule, at->step, false, 1, &y, error);
    if (status != STATUS_OK)
        return status;
    struct evidence e =
        claim_known(NAN, sides[0].exact[0] / sides[1].exact[0], x.mean / y.mean);
    e.sampled = x.count > 0 && y.count > 0; /* unless the session has ended */
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &e, 0, error);
}

/* The long run on the largest curvature: the ratio of the stationary variances. It is
 * no speed, so nothing is claimed of it. */
static int check_long_run(struct ledger *ledger, const struct claim *claim, double rate,
                          struct error *error)
{
    const struct setting at = {rate, 1};
    struct side sides[RULES];
    struct evidence evidence;
    double samples = 0;
    char setting[160];
    int status = sides_make(&at, sides, error);
    if (status == STATUS_OK)
        status = claim_stationary_ratio(ledger, &sides[0].rule, &sides[1].rule, 1, 1, 1,
                                        claim->id, &evidence, &samples, error);
    snprintf(setting, sizeof setting,
             "long run, PNM / Heavy Ball, eta0 h=%g, beta0=1 beta1=0.9", rate);
    evidence.paper = NAN;
    if (status == STATUS_OK)
        status = ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, samples,
                              error);
    return status;
}

static int check_at(struct ledger *ledger, const struct claim *claim,
                    const struct setting *at, struct error *error)
{
    struct side sides[RULES];
    char setting[200];
    int status = sides_make(at, sides, error);
    snprintf(setting, sizeof setting,
             "on a quadratic, PNM / Heavy Ball, eta0 L=%g, step %g, beta0=1 beta1=0.9 "
             "kappa=%g n=%d "
             "theta0=%g "
             "sigma",
             at->rate, (double)at->step, condition, N, start);
    if (status == STATUS_OK)
        status = check_noisy(ledger, claim, setting, at, sides, error);
    snprintf(setting, sizeof setting,
             "without noise, PNM / Heavy Ball, eta0 L=%g, step %g, beta0=1 beta1=0.9 "
             "kappa=%g",
             at->rate, (double)at->step, condition);
    if (status == STATUS_OK)
        status = check_noiseless(ledger, claim, setting, at, sides, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct setting settings[] = {{0.1, 16}, {0.1, 32},  {0.3, 16},
                                              {0.6, 8},  {0.03, 16}, {0.03, 64}};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof settings / sizeof *settings;
         k++)
        status = check_at(ledger, claim, &settings[k], error);
    if (status == STATUS_OK)
        status = check_long_run(ledger, claim, 0.3, error);
    return status == STATUS_OK ? check_long_run(ledger, claim, 0.55, error) : status;
}

const struct claim claim_faster = {
    .id = "faster",
    .where = "sec. 5, figure 2",
    .kind = CLAIM_BOUND,
    .statement =
        "PNM converges faster than SGD with momentum: on a quadratic, E|grad "
        "f|^2 of PNM over that of Heavy Ball at the same rate applied, at most 1",
    .check = check,
};
