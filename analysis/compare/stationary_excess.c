/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stability.h"
#include "compare/stationary.h"

#include "base/interrupt.h"

#include <math.h>

double stationary_share(double precision, double total, double squares)
{
    const double share = precision * fabs(total) / sqrt(squares);
    return squares > 0 ? fmin(share, fmax(precision, STATIONARY_COARSEST)) : precision;
}

int stationary_excess_share(const struct rule *rule, const struct problem *problem,
                            double precision, double *share, struct error *error)
{
    double total = 0, squares = 0, margin = 0;
    int status = STATUS_OK;
    *share = precision;
    if (!rule_has_law(rule) || problem_is_coupled(problem))
        return STATUS_OK;
    status = stability_margin(rule, problem->h, problem->n, &margin, NULL, error);
    if (status != STATUS_OK || !(margin > 0))
        return status;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        const double h = problem->h[i];
        enum exact_source ignored;
        double variance = 0;
        status = interrupt_check(error);
        if (status == STATUS_OK)
            status = theory_covariance(rule, h, h, problem_noise(problem, i, i),
                                       &variance, &ignored, error);
        total += h * variance;
        squares += h * variance * h * variance;
    }
    if (status == STATUS_OK)
        *share = stationary_share(precision, total, squares);
    return status;
}

struct evidence stationary_excess(const struct comparison *rows, size_t count,
                                  bool together)
{
    struct evidence sum = {.paper = NAN,
                           .paper_scale = 1,
                           .sampled = true,
                           .decisive = true,
                           .noiseless = true,
                           .count = UINT64_MAX};
    double effective = 0, fourths = 0;
    uint64_t chains = 0;
    double squares = 0, errors = 0, plain_squares = 0, plain_errors = 0;
    for (size_t i = 0; i < count; i++) {
        const struct evidence *e = &rows[i].evidence;
        const double half = rows[i].h_i / 2;
        sum.exact += half * e->exact;
        sum.exact_error += half * e->exact_error;
        sum.bias += half * e->bias;
        sum.measured += half * e->measured;
        sum.plain += half * e->plain;
        squares += half * e->se * half * e->se;
        errors += half * e->se;
        fourths += pow(half * e->se, 4) / (e->count > 1 ? (double)(e->count - 1) : 1);
        plain_squares += half * e->plain_se * half * e->plain_se;
        plain_errors += half * e->plain_se;
        effective += rows[i].effective;
        sum.sampled = sum.sampled && e->sampled;
        sum.decisive = sum.decisive && e->decisive;
        sum.noiseless = sum.noiseless && e->noiseless;
        chains += e->count;
        sum.count = e->count < sum.count ? e->count : sum.count;
    }
    sum.se = together ? errors : sqrt(squares);
    if (!together)
        sum.count = estimate_chains(squares, fourths, sum.count);
    sum.plain_se = together ? plain_errors : sqrt(plain_squares);
    sum.decisive = sum.decisive &&
                   (sum.noiseless || !rows[0].settles ||
                    (chains >= PLAN_FEWEST && !(effective < ESTIMATE_MIN_SAMPLES)));
    sum.exact_scale = evidence_scale(sum.exact);
    return sum;
}
