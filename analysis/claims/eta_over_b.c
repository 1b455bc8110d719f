/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eta-over-B: whether increasing eta/B improves generalization, by the bound of theorem
 * 4.2 with the right divergence for Q = N(theta*, eta/(2B) I). It lowers the gap while
 * eta lambda/(2B) < 1. A bound on the risk itself has the empirical risk in it too,
 * which grows with eta/B: there is an optimum. */
#include "claims/shared/bound_ratio.h"
#include "claims/shared/claim_known.h"
#include "claims/shared/gap_bound.h"
#include "claims/shared/gaussian.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>

/* The radius within which theta classifies every example rightly, and outside of which
 * it classifies all wrongly: an empirical 0-1 risk of P(|theta - theta*| > radius). */
static const double radius = 0.01;

/* The bound on the gap from the matrices of eq. 21. */
static int gap_from_matrices(double v, double lambda, double *bound,
                             struct error *error)
{
    const double zero[GAUSSIAN_N] = {0, 0};
    const double q[] = {v, 0, 0, v}, p[] = {1 / lambda, 0, 0, 1 / lambda};
    double kl;
    const int status = pac_bayes_gaussian_kl(GAUSSIAN_N, zero, q, zero, p, &kl, error);
    *bound = pac_bayes_bounds(kl * GAP_DIMENSION / GAUSSIAN_N, BOUND_TRAIN_SIZE,
                              BOUND_FAILURE, 0)
                 .paper;
    return status;
}

/* The 0-1 risk: a chi-square variable with n = 10 degrees of freedom exceeds
 * radius^2/v. Written out, that is the probability of fewer than n/2 events of a
 * Poisson law. */
static double risk_written(double v)
{
    const double x = radius * radius / (2 * v);
    double term = exp(-x), sum = 0;
    for (int k = 0; k < (int)GAP_DIMENSION / 2; k++) {
        sum += term;
        term *= x / (k + 1);
    }
    return sum;
}

static double risk_library(double v)
{
    return gsl_cdf_chisq_Q(radius * radius / v, GAP_DIMENSION);
}

/* What increasing eta/B is said to do to a bound. */
struct statement {
    bool of_risk; /* the bound is on the risk; otherwise on the gap */
    bool helps;   /* twice eta/B has the smaller bound; otherwise the larger */
    double eta, batch, lambda;
};

static int check_doubling(struct ledger *ledger, const struct claim *claim,
                          const struct statement *what, struct error *error)
{
    const struct gap gap = gap_corrected(what->eta, what->batch, what->lambda);
    const double v = what->eta / (2 * what->batch);
    double exact[2], measured[2]; /* the bounds at eta/B and at twice that */
    char setting[200];
    for (int k = 0; k < 2; k++) {
        const double factor = k + 1;
        const int status =
            gap_from_matrices(factor * v, what->lambda, &measured[k], error);
        if (status != STATUS_OK)
            return status;
        exact[k] = gap_bound(&gap, factor);
        exact[k] += what->of_risk ? risk_written(factor * v) : 0;
        measured[k] += what->of_risk ? risk_library(factor * v) : 0;
    }
    const int above = what->helps ? 1 : 0, below = 1 - above;
    snprintf(setting, sizeof setting,
             "%s: bound of the %s at %s, eta=%g B=%g lambda=%g, eta lambda/(2B)=%.2g, "
             "n=%g N=%g Delta=%g",
             what->helps ? "can help" : "not always", what->of_risk ? "risk" : "gap",
             what->helps ? "2 eta/B over that at eta/B" : "eta/B over that at 2 eta/B",
             what->eta, what->batch, what->lambda, v * what->lambda, GAP_DIMENSION,
             BOUND_TRAIN_SIZE, BOUND_FAILURE);
    return claim_below(ledger, claim, FORM_PRINTED, setting, 1,
                       exact[above] / exact[below], measured[above] / measured[below],
                       1, error);
}

/* Where the bound on the gap is smallest: gamma at which its slope changes sign. */
static double smallest_at(const struct gap *gap,
                          double (*slope)(const struct gap *, double))
{
    double low = 1e-6, high = 1e6;
    for (int k = 0; k < 200; k++) {
        const double middle = sqrt(low * high);
        if (slope(gap, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static int check_optimum(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    const double eta = 1, batch = 1, lambda = 10;
    const struct gap gap = gap_corrected(eta, batch, lambda);
    const double unit = eta * lambda / (2 * batch);
    const struct evidence evidence =
        claim_known(1, smallest_at(&gap, gap_slope) * unit,
                    smallest_at(&gap, gap_slope_complex) * unit);
    return ledger_value(ledger, claim, FORM_CORRECTED,
                        "the gap's bound is smallest at this eta lambda/(2B), "
                        "corrected: up to 1, B=1 lambda=10",
                        &evidence, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct statement statements[] = {{false, true, 1e-3, 128, 1e-4},
                                                  {false, false, 1, 1, 10},
                                                  {true, true, 1e-4, 128, 1e-4},
                                                  {true, false, 1e-3, 128, 1e-4}};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 4; k++)
        status = check_doubling(ledger, claim, &statements[k], error);
    return status == STATUS_OK ? check_optimum(ledger, claim, error) : status;
}

const struct claim claim_eta_over_b = {
    .id = "eta-over-B",
    .where = "sec. 4.2, after theorem 4.3; sec. 1",
    .kind = CLAIM_BOUND,
    .statement =
        "increasing eta/B can improve generalization but does not always: ratio "
        "of the bounds at eta/B and twice that below 1",
    .check = check,
};
