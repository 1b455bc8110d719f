/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rate: the errors of PNM and Heavy Ball are O(1/sqrt(T)). It follows from theorem 3.1
 * with lemma A.3 corrected, whose bound falls by half when T grows fourfold; Heavy Ball
 * is PNM at beta0 = -beta1/(1+beta1), and the corrected constant holds for it too.
 *
 * The measured rows illustrate it: the smallest E|grad f(theta_k)|^2 at the theorem's
 * learning rate for each T. The slope over log T is fitted to the last five doublings;
 * a row shows 2^slope, the factor of one doubling. A finite range of T can neither
 * prove nor refute a rate, so nothing is claimed of them, and few chains are enough. */
#include "claims/shared/claim_descent.h"
#include "claims/shared/unit_bound.h"

#include <math.h>
#include <stdio.h>

enum { N = 4, HORIZONS = 6, FIRST_HORIZON = 256, CHAINS = 512 };

static int measure_point(const struct ledger *ledger,
                         const struct descent_setting *setting, uint64_t horizon,
                         struct convergence_minimum *minimum, struct error *error)
{
    struct claim_descent run;
    struct descent_curve curve = {0};
    int status = claim_descent_init(&run, ledger, setting, error);
    if (status == STATUS_OK)
        status = descent_run(&run.descent, CHAINS, horizon, &curve, error);
    if (status == STATUS_OK)
        convergence_minimum(&curve, minimum);
    descent_curve_free(&curve);
    claim_descent_free(&run);
    return status;
}

static struct evidence factor_of(double slope, double se, uint64_t count)
{
    double factor_se;
    const double factor = convergence_doubling(slope, se, &factor_se);
    return (struct evidence){
        .paper = NAN,
        .exact = NAN,
        .measured = factor,
        .se = factor_se,
        .paper_scale = 1,
        .exact_scale = 1,
        .count = count,
        .sampled = count > 0,
        .decisive = count >= ESTIMATE_MIN_CHAINS,
    };
}

/* Fits the slope over the horizons with weights; *count is 0 if the session ended it
 * early.
 */
static int fit_slope(const struct ledger *ledger, const char *rule,
                     const struct loss_kind *kind, double *slope, double *se,
                     uint64_t *count, struct error *error)
{
    double horizons[HORIZONS];
    struct convergence_minimum minima[HORIZONS];
    for (int k = 0; k < HORIZONS; k++) {
        const uint64_t horizon = (uint64_t)FIRST_HORIZON << k;
        const struct descent_setting point = {
            kind, N, rule, fmin(0.5, 1 / sqrt((double)horizon)), 1, 1};
        const int status = measure_point(ledger, &point, horizon, &minima[k], error);
        if (status != STATUS_OK)
            return status;
        horizons[k] = (double)horizon;
        *count = minima[k].count;
        if (*count == 0)
            return STATUS_OK;
    }
    return convergence_slope(horizons, minima, HORIZONS, slope, se, error);
}

static int add_row(struct ledger *ledger, const struct claim *claim, const char *rule,
                   const struct loss_kind *kind, struct error *error)
{
    const double samples = (double)CHAINS * N * FIRST_HORIZON * ((1 << HORIZONS) - 1);
    double slope = NAN, se = NAN;
    uint64_t count = 0;
    char setting[200], fitted[60] = "";
    const int status = samples <= ledger->sampling->max_samples
                           ? fit_slope(ledger, rule, kind, &slope, &se, &count, error)
                           : STATUS_OK;
    const struct evidence e = factor_of(slope, se, count);
    if (e.sampled)
        snprintf(fitted, sizeof fitted, "; slope %.4f +- %.4f", slope, se);
    snprintf(setting, sizeof setting,
             "%s on %s n=%d sigma=G C L=1, T=%d..%d: 2^slope%s", rule, kind->name, N,
             FIRST_HORIZON, FIRST_HORIZON << (HORIZONS - 1), fitted);
    return status == STATUS_OK
               ? ledger_bound(ledger, claim, FORM_PRINTED, setting, &e, samples, error)
               : status;
}

enum { T = 1024 };

static int check_bound(struct ledger *ledger, const struct claim *claim,
                       const char *rule, double beta0, double beta1,
                       struct error *error)
{
    const struct computed computed = {
        .kind = CLAIM_VALUE,
        .paper = 0.5,
        .exact = unit_bound_written(beta0, beta1, 4 * T, CONVERGENCE_CORRECTED) /
                 unit_bound_written(beta0, beta1, T, CONVERGENCE_CORRECTED),
        .measured = unit_bound(beta0, beta1, 4 * T, CONVERGENCE_CORRECTED) /
                    unit_bound(beta0, beta1, T, CONVERGENCE_CORRECTED),
        .tolerance = ESTIMATE_TOLERANCE,
        .step = 0.02,
    };
    char setting[200];
    snprintf(setting, sizeof setting,
             "theorem 3.1 with lemma A.3's right constant, %s: bound at T=%d over that "
             "at T=%d",
             rule, 4 * T, T);
    return ledger_computed(ledger, claim, FORM_PRINTED, setting, &computed, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const char *const rules[] = {"pnm beta0=1 beta1=0.9",
                                        "heavy_ball beta1=0.9"};
    static const char *const losses[] = {"huber", "log_cosh", "rippled"};
    const double beta1 = 0.9;
    int status = check_bound(ledger, claim, rules[0], 1, beta1, error);
    if (status == STATUS_OK)
        status =
            check_bound(ledger, claim, rules[1], -beta1 / (1 + beta1), beta1, error);
    for (int r = 0; r < 2; r++)
        for (int k = 0; status == STATUS_OK && k < 3; k++)
            status = add_row(ledger, claim, rules[r], loss_kind_find(losses[k]), error);
    return status;
}

const struct claim claim_rate = {
    .id = "rate",
    .where = "sec. 3, after eq. 11",
    .kind = CLAIM_BOUND,
    .statement = "errors of PNM and Heavy Ball are O(1/sqrt(t)): the bound falls by "
                 "half when t grows fourfold; measured factors of a doubling beside it",
    .check = check,
};
