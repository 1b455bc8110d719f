/* SPDX-License-Identifier: GPL-3.0-or-later */
/* practice: the condition eta/(2 B lambda) < 1 "in wide practical applications", at the
 * settings of the paper's own experiments (sec. 4.2, app. B). Theorem 4.3 asks that it
 * hold for SGD. */
#include "claims/shared/claim_known.h"

#include <math.h>
#include <stdio.h>

struct setting {
    const char *text;
    double eta, batch, lambda;
    bool asked; /* whether the paper says that it holds there: of SGD */
};

static const struct setting settings[] = {
    /* App. B.1: B = 128, lambda = 5e-4; SGD starts with 0.1, PNM with 1; both are
     * divided by 10 twice. */
    {"SGD on CIFAR, last rate", 1e-3, 128, 5e-4, true},
    {"SGD on CIFAR, first rate", 0.1, 128, 5e-4, true},
    {"PNM on CIFAR, last rate", 1e-2, 128, 5e-4, false},
    {"PNM on CIFAR, first rate", 1, 128, 5e-4, false},
    /* Sec. 4.2's example, figure 4 (app. B.4) and table 3 (app. C). */
    {"SGD with lambda=1e-4, last rate", 1e-3, 128, 1e-4, true},
    {"SGD with lambda=1e-4, first rate", 0.1, 128, 1e-4, true},
    {"PNM with lambda=1e-4, last rate", 1e-2, 128, 1e-4, false},
    {"PNM with lambda=1e-4, first rate", 1, 128, 1e-4, false},
    /* App. B.2: the rates are divided by 10 twice; which is the first is not printed.
     */
    {"ImageNet, last rate if the first is 1", 1e-2, 256, 1e-4, true},
    /* App. B.3: the rate is chosen from powers of ten; which one is not printed. */
    {"Penn Treebank, the smallest rate tried", 1e-4, 20, 1e-5, true},
    {"Penn Treebank, the next rate tried", 1e-3, 20, 1e-5, true},
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static int check_condition(struct ledger *ledger, const struct claim *claim,
                           const struct setting *at, struct error *error)
{
    char setting[160];
    snprintf(setting, sizeof setting, "%s, eta=%g B=%g lambda=%g", at->text, at->eta,
             at->batch, at->lambda);
    const double exact = at->eta / (2 * at->batch * at->lambda);
    const double measured = at->eta / at->lambda / at->batch / 2;
    if (at->asked)
        return claim_below(ledger, claim, FORM_PRINTED, setting, 1, exact, measured, 1,
                           error);
    const struct evidence evidence = claim_known(NAN, exact, measured);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
}

/* The condition that follows from eq. 21, eta lambda/(2B) < 1, at all settings. */
static int check_corrected(struct ledger *ledger, const struct claim *claim,
                           struct error *error)
{
    double exact = 0, measured = 0;
    for (int k = 0; k < SETTINGS; k++) {
        const struct setting *at = &settings[k];
        exact = fmax(exact, at->eta * at->lambda / (2 * at->batch));
        measured = fmax(measured, at->lambda / at->batch * at->eta / 2);
    }
    return claim_below(ledger, claim, FORM_CORRECTED,
                       "the largest of these settings, corrected: eta lambda/(2B)", 1,
                       exact, measured, 1, error);
}

/* What eq. 23 says of Figure 4's beta0 = 70: KL(gamma) - KL(1) per parameter. The paper
 * does not say that eq. 23 covers it. */
static int check_figure4(struct ledger *ledger, const struct claim *claim, double eta,
                         const char *whose, struct error *error)
{
    const double batch = 128, lambda = 1e-4, beta0 = 70;
    const double gamma = pow(1 + beta0, 2) + pow(beta0, 2);
    const double slope = eta / (2 * batch * lambda);
    /* The integral of eq. 23, and the difference of eq. 22. */
    const double integral = (slope * (gamma - 1) - log(gamma)) / 2;
    const double v = eta / batch / 2;
    const double difference =
        (-log(gamma * v) + gamma * v / lambda) / 2 - (-log(v) + v / lambda) / 2;
    const struct evidence evidence = claim_known(NAN, integral, difference);
    char setting[160];
    snprintf(setting, sizeof setting,
             "Figure 4's KL(gamma=%g) - KL(1) by eq. 23, per parameter, %s last rate "
             "eta=%g, 2 B lambda/eta=%g",
             gamma, whose, eta, 1 / slope);
    return ledger_value(ledger, claim, FORM_PRINTED, setting, &evidence, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < SETTINGS; k++)
        status = check_condition(ledger, claim, &settings[k], error);
    if (status == STATUS_OK)
        status = check_corrected(ledger, claim, error);
    if (status == STATUS_OK)
        status = check_figure4(ledger, claim, 1e-3, "SGD's", error);
    if (status == STATUS_OK)
        status = check_figure4(ledger, claim, 1e-2, "PNM's", error);
    return status;
}

const struct claim claim_practice = {
    .id = "practice",
    .where = "sec. 4.2, after theorem 4.3",
    .kind = CLAIM_BOUND,
    .statement = "eta/(2 B lambda) < 1 holds in wide practical applications",
    .check = check,
};
