/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq44: the slope of the bound is negative for gamma in [1, 2 B lambda/eta]. At the
 * closed end it is 0. Rows show the largest slope over ln gamma, which has the same
 * sign, in units of that at gamma = 1. */
#include "claims/shared/bound_ratio.h"
#include "claims/shared/claim_known.h"
#include "claims/shared/gap_bound.h"

#include <math.h>
#include <stdio.h>

/* The largest slope over ln gamma, at points evenly spaced in it from 1 to `end`. */
static double largest_slope(const struct gap *gap, double end,
                            double (*slope)(const struct gap *, double))
{
    enum { INTERVALS = 1000 };
    const double unit = fabs(slope(gap, 1));
    double largest = end * slope(gap, end);
    for (int k = 0; k < INTERVALS; k++) {
        const double gamma = pow(end, (double)k / INTERVALS);
        largest = fmax(largest, gamma * slope(gap, gamma));
    }
    return largest / unit;
}

static int check_interval(struct ledger *ledger, const struct claim *claim,
                          enum form form, const char *text, const struct gap *gap,
                          double end, struct error *error)
{
    char setting[200];
    snprintf(setting, sizeof setting, "%s, eta=%g B=%g lambda=%g, n=%g N=%g Delta=%g",
             text, gap->eta, gap->batch, gap->lambda, GAP_DIMENSION, BOUND_TRAIN_SIZE,
             BOUND_FAILURE);
    return claim_below(ledger, claim, form, setting, 0,
                       largest_slope(gap, end, gap_slope),
                       largest_slope(gap, end, gap_slope_complex), 1, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const double eta = 1e-3, batch = 128, lambda = 1e-4, open = 1 - 0x1p-20;
    const struct gap own = gap_printed(eta, batch, lambda);
    const struct gap own_right = gap_corrected(eta, batch, lambda);
    const struct gap large = gap_corrected(1, 1, 10);
    const double end = 2 * batch * lambda / eta, right_end = 2 * batch / (eta * lambda);
    int status = check_interval(ledger, claim, FORM_INTENDED,
                                "gamma from 1 to 1 - 2^-20 of 2 B lambda/eta", &own,
                                open * end, error);
    if (status == STATUS_OK)
        status = check_interval(ledger, claim, FORM_PRINTED,
                                "gamma in [1, 2 B lambda/eta]", &own, end, error);
    if (status == STATUS_OK)
        status = check_interval(ledger, claim, FORM_PRINTED,
                                "gamma in [1, 2 B lambda/eta], right divergence",
                                &large, 20, error);
    if (status == STATUS_OK)
        status = check_interval(ledger, claim, FORM_CORRECTED,
                                "gamma from 1 to 1 - 2^-20 of 2B/(eta lambda), "
                                "corrected: right divergence",
                                &own_right, open * right_end, error);
    return status;
}

const struct claim claim_eq44 = {
    .id = "eq44",
    .where = "app. A, eq. 44",
    .kind = CLAIM_BOUND,
    .statement =
        "the slope of the bound over gamma is negative on [1, 2 B lambda/eta]: "
        "the largest, in units of that at gamma = 1, below 0",
    .check = check,
};
