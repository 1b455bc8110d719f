/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise-to-rate: PNM can have a much larger ratio of noise to learning rate than SGD.
 * The noise is what a step applies over the rate applied, eta0: its standard deviation
 * is sqrt(gamma (1-beta)/(1+beta)) sigma, that of SGD sigma. */
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

static const double beta1 = 0.9;

/* The number f(x), whose derivative at the measured x is `slope`. */
static struct evidence transformed(const struct evidence *of, double (*f)(double),
                                   double slope, double paper)
{
    struct evidence e = *of;
    e.paper = paper;
    e.exact = f(of->exact);
    e.measured = f(of->measured);
    e.se = of->se * fabs(slope);
    e.paper_scale = evidence_scale(e.paper);
    e.exact_scale = evidence_scale(e.exact);
    return e;
}

static double inverse(double x)
{
    return 1 / x;
}

static double inverse_root(double x)
{
    return 1 / sqrt(x);
}

/* SGD's noise over PNM's: below 1 if PNM's is larger. "Can" says nothing of the default
 * beta0, for which `claimed` is false. */
static int check_smaller(struct ledger *ledger, const struct claim *claim,
                         const char *setting, const struct noise_row *row,
                         double (*f)(double), double slope, bool claimed,
                         struct error *error)
{
    const struct evidence e =
        transformed(&row->evidence, f, slope, claimed ? 1 : (double)NAN);
    return claimed ? ledger_existence(ledger, claim, FORM_PRINTED, setting, &e,
                                      row->samples, error)
                   : ledger_value(ledger, claim, FORM_PRINTED, setting, &e,
                                  row->samples, error);
}

static int check_sd(struct ledger *ledger, const struct claim *claim,
                    const struct noise_row *row, double beta0, struct error *error)
{
    const double variance = row->evidence.measured, beta = beta1 * beta1;
    const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
    char setting[160];
    struct evidence e = transformed(&row->evidence, sqrt, 0.5 / sqrt(variance),
                                    sqrt(gamma)); /* eq. 9 */
    snprintf(setting, sizeof setting, "sd of the noise / rate, beta0=%g beta1=%g",
             beta0, beta1);
    int status =
        ledger_value(ledger, claim, FORM_PRINTED, setting, &e, row->samples, error);
    e.paper = sqrt(gamma * (1 - beta) / (1 + beta));
    e.paper_scale = evidence_scale(e.paper);
    snprintf(setting, sizeof setting,
             "sd of the noise / rate, beta0=%g beta1=%g, corrected: sqrt(gamma "
             "(1-beta)/(1+beta))",
             beta0, beta1);
    if (status == STATUS_OK)
        status = ledger_value(ledger, claim, FORM_CORRECTED, setting, &e, row->samples,
                              error);
    return status;
}

static int check_at(struct ledger *ledger, const struct claim *claim, double beta0,
                    bool is_default, struct error *error)
{
    struct rule rule;
    struct noise_row rows[NOISE_QUANTITIES];
    char setting[160];
    int status =
        rule_from(&rule, error, "pnm lr=0.1 beta0=%.17g beta1=%.17g", beta0, beta1);
    if (status == STATUS_OK)
        status = claim_noise(ledger, claim, &rule, rows, error);
    if (status != STATUS_OK)
        return status;
    const struct noise_row *variance = &rows[NOISE_VARIANCE];
    const struct noise_row *ratio = &rows[NOISE_SD_RATIO];
    snprintf(setting, sizeof setting, "SGD / PNM, %s beta0=%g, beta1=%g",
             is_default ? "the default" : "figure 4's", beta0, beta1);
    status =
        check_smaller(ledger, claim, setting, variance, inverse_root,
                      0.5 * pow(variance->evidence.measured, -1.5), !is_default, error);
    if (!is_default || status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "SGD with momentum (beta3=1-beta1) / PNM, the default beta0=%g, beta1=%g",
             beta0, beta1);
    status = check_smaller(ledger, claim, setting, ratio, inverse,
                           pow(ratio->evidence.measured, -2), true, error);
    if (status == STATUS_OK)
        status = check_sd(ledger, claim, variance, beta0, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const int status = check_at(ledger, claim, 70, false, error);
    return status == STATUS_OK ? check_at(ledger, claim, 1, true, error) : status;
}

const struct claim claim_noise_to_rate = {
    .id = "noise-to-rate",
    .where = "sec. 2, end",
    .kind = CLAIM_EXISTENCE,
    .statement = "PNM can have a much larger ratio of noise to learning rate than SGD: "
                 "SGD's ratio over PNM's below 1; values for sigma = 1",
    .check = check,
};
