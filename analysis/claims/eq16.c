/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq16: the noise covariance of Heavy Ball is beta3/(1-beta1) that of SGD. Three things
 * may be meant by it. Per step it is beta3^2/(1-beta1^2). Over a long run, where the
 * power at frequency 0 counts, it is (beta3/(1-beta1))^2. In eq. 13, whose drift is
 * -grad f and not -beta3/(1-beta1) grad f, time has to be stretched by that gain, which
 * leaves the printed beta3/(1-beta1). */
#include "claims/shared/claim_known.h"
#include "claims/shared/claim_noise.h"

#include <math.h>
#include <stdio.h>

static const double beta1 = 0.9;

/* The sum of what the implemented step applies, at curvature 0, of one unit of noise.
 */
static double response_simulated(const struct rule *rule)
{
    enum { STEPS = 1024 }; /* 0.9^1024 is 1e-47 */
    double state[LINEAR_STATE] = {0};
    for (uint64_t t = 0; t < STEPS; t++) {
        const double gradient = t == 0;
        rule->kind->step(rule, t, 1, &gradient, &state[0], &state[1]);
    }
    return -state[0] / rule_parameter(rule, "lr");
}

struct row {
    enum form form;
    const char *text;
    double power; /* of the gain, to which the covariance is equal */
    double paper;
};

/* The long run: the covariance is a power of the gain. */
static int check_long_run(struct ledger *ledger, const struct claim *claim,
                          const struct rule *rule, double beta3, const struct row *row,
                          struct error *error)
{
    struct noise_filter filter;
    char setting[160];
    const int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        return status;
    const struct evidence evidence =
        claim_known(row->paper, pow(noise_filter_gain(&filter), row->power),
                    pow(response_simulated(rule), row->power));
    snprintf(setting, sizeof setting, "%s, beta1=%g beta3=%g%s", row->text, beta1,
             beta3,
             row->form == FORM_CORRECTED ? ", corrected: (beta3/(1-beta1))^2" : "");
    return ledger_value(ledger, claim, row->form, setting, &evidence, 0, error);
}

static int check_per_step(struct ledger *ledger, const struct claim *claim,
                          const struct rule *rule, double beta3, struct error *error)
{
    struct noise_row rows[NOISE_QUANTITIES];
    char setting[128];
    int status = claim_noise(ledger, claim, rule, rows, error);
    snprintf(setting, sizeof setting, "per step, beta1=%g beta3=%g", beta1, beta3);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], FORM_PRINTED,
                                 setting, beta3 / (1 - beta1), error);
    snprintf(setting, sizeof setting,
             "per step, beta1=%g beta3=%g, corrected: beta3^2/(1-beta1^2)", beta1,
             beta3);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[NOISE_VARIANCE], FORM_CORRECTED,
                                 setting, beta3 * beta3 / (1 - beta1 * beta1), error);
    return status;
}

static int check_one(struct ledger *ledger, const struct claim *claim, double beta3,
                     struct error *error)
{
    const double gain = beta3 / (1 - beta1);
    const struct row rows[] = {
        {FORM_PRINTED, "in eq. 13, whose drift is -grad f", 1, gain},
        {FORM_PRINTED, "long run", 2, gain},
        {FORM_CORRECTED, "long run", 2, gain * gain},
    };
    struct rule rule;
    int status = rule_from(&rule, error, "heavy_ball lr=0.1 beta1=%.17g beta3=%.17g",
                           beta1, beta3);
    for (size_t k = 0; status == STATUS_OK && k < sizeof rows / sizeof *rows; k++)
        status = check_long_run(ledger, claim, &rule, beta3, &rows[k], error);
    if (status == STATUS_OK)
        status = check_per_step(ledger, claim, &rule, beta3, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const int status = check_one(ledger, claim, 1 - beta1, error);
    return status == STATUS_OK ? check_one(ledger, claim, 1, error) : status;
}

const struct claim claim_eq16 = {
    .id = "eq16",
    .where = "sec. 4.1, eq. 16",
    .kind = CLAIM_VALUE,
    .statement = "C_hb = beta3/(1-beta1) C_sgd, equal to C_sgd for beta3 = 1-beta1; "
                 "values for C_sgd = 1",
    .check = check,
};
