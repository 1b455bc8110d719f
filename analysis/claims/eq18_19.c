/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq18-19: the stationary covariance of PNM is gamma times that of SGD. It is
 * checked over eta h for Algorithm 2, whose rate is eta0, and for two independent
 * batches a step, for which it is true; and with the noise of minibatches beside white
 * noise. */
#include "claims/shared/claim_examples.h"
#include "claims/shared/claim_stationary.h"

#include <stdio.h>

/* Algorithm 2 at one (beta0, beta1): the printed limit, the limit that follows from the
 * definitions if it is another, and the curve. */
static int check_algorithm(struct ledger *ledger, const struct claim *claim,
                           const char *pnm, double gamma, struct error *error)
{
    static const double fractions[] = {0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95};
    const size_t from = ledger->count;
    int status = claim_stationary_curve(ledger, claim, pnm, gamma, fractions,
                                        sizeof fractions / sizeof *fractions, error);
    if (status == STATUS_OK)
        status = claim_stationary_limit(ledger, claim, pnm, FORM_PRINTED, gamma,
                                        ", Algorithm 2", from, error);
    if (status == STATUS_OK && gamma != 1)
        status = claim_stationary_limit(ledger, claim, pnm, FORM_CORRECTED, 1,
                                        ", Algorithm 2, corrected: eta0/(2B)", from + 1,
                                        error);
    return status;
}

static int check_two_batch(struct ledger *ledger, const struct claim *claim,
                           const char *two_batch, double gamma, struct error *error)
{
    static const double fractions[] = {0.02, 0.1, 0.3, 0.6, 0.9};
    const size_t from = ledger->count;
    int status = claim_stationary_curve(ledger, claim, two_batch, gamma, fractions,
                                        sizeof fractions / sizeof *fractions, error);
    if (status == STATUS_OK)
        status =
            claim_stationary_limit(ledger, claim, two_batch, FORM_PRINTED, gamma,
                                   ", two independent batches a step", from, error);
    return status;
}

static int add_quotient(struct ledger *ledger, const struct claim *claim,
                        const char *noise, double h, const struct evidence *quotient,
                        double samples, struct error *error)
{
    char setting[200];
    snprintf(setting, sizeof setting,
             "%s, Sigma_pnm(beta0=1 beta1=0.9) / Sigma_sgd, both apply %g, h=%g", noise,
             CLAIM_EXAMPLES_RATE, h);
    return ledger_value(ledger, claim, FORM_FIRST_ORDER, setting, quotient, samples,
                        error);
}

static int add_examples(struct ledger *ledger, const struct claim *claim,
                        const struct rule *pnm, const struct rule *sgd, double gamma,
                        enum claim_examples kind, struct error *error)
{
    struct comparison above[CLAIM_EXAMPLES_MODES] = {{.i = 0}};
    struct comparison below[CLAIM_EXAMPLES_MODES] = {{.i = 0}};
    int status =
        claim_examples_compare(ledger->sampling, pnm, kind, claim->id, above, error);
    if (status == STATUS_OK)
        status = claim_examples_compare(ledger->sampling, sgd, kind, claim->id, below,
                                        error);
    for (int k = 0; status == STATUS_OK && k < CLAIM_EXAMPLES_MODES; k++) {
        const struct evidence *a = &above[k].evidence, *b = &below[k].evidence;
        const struct evidence quotient =
            claim_stationary_quotient(a, b, a->exact / b->exact, gamma);
        status =
            add_quotient(ledger, claim,
                         kind == CLAIM_EXAMPLES_EPOCHS ? "epochs of 32 steps"
                                                       : "minibatches of 2 examples",
                         claim_examples_h[k], &quotient,
                         above[k].plan.samples + below[k].plan.samples, error);
    }
    return status;
}

/* Sigma_pnm / Sigma_sgd with both rules applying the same rate, printed gamma: with
 * minibatches, whose noise depends on theta, with epochs without replacement, and with
 * white noise that is as large as theirs at the minimum. */
static int check_examples(struct ledger *ledger, const struct claim *claim,
                          struct error *error)
{
    const double gamma = 5;
    struct rule pnm, sgd;
    int status =
        rule_from(&pnm, error, "pnm lr=%.17g beta0=1 beta1=0.9 lr-normalization=off",
                  CLAIM_EXAMPLES_RATE);
    if (status == STATUS_OK)
        status = rule_from(&sgd, error, "sgd lr=%.17g", CLAIM_EXAMPLES_RATE);
    if (status == STATUS_OK)
        status =
            add_examples(ledger, claim, &pnm, &sgd, gamma, CLAIM_EXAMPLES_FRESH, error);
    if (status == STATUS_OK)
        status = add_examples(ledger, claim, &pnm, &sgd, gamma, CLAIM_EXAMPLES_EPOCHS,
                              error);
    for (int k = 0; status == STATUS_OK && k < CLAIM_EXAMPLES_MODES; k++) {
        const double h = claim_examples_h[k];
        struct evidence quotient;
        double samples = 0;
        status = claim_stationary_ratio(ledger, &pnm, &sgd, h, h / CLAIM_EXAMPLES_BATCH,
                                        gamma, claim->id, &quotient, &samples, error);
        if (status == STATUS_OK)
            status = add_quotient(ledger, claim, "white noise", h, &quotient, samples,
                                  error);
    }
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct {
        const char *rule;
        double gamma;
    } algorithm[] = {{"pnm beta0=0 beta1=0", 1},   {"pnm beta0=1 beta1=0", 5},
                     {"pnm beta0=3 beta1=0", 25},  {"pnm beta0=0 beta1=0.9", 1},
                     {"pnm beta0=1 beta1=0.9", 5}, {"pnm beta0=3 beta1=0.9", 25}},
      two_batch[] = {{"two_batch beta0=1", 5}, {"two_batch beta0=3", 25}};
    static const char *const own[] = {"pnm beta0=0 beta1=0.9", "pnm beta0=1 beta1=0.9",
                                      "pnm beta0=3 beta1=0.9", "pnm beta0=70 beta1=0.9",
                                      "two_batch beta0=1",     "two_batch beta0=3",
                                      "two_batch beta0=70"};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < 2; k++)
        status = check_two_batch(ledger, claim, two_batch[k].rule, two_batch[k].gamma,
                                 error);
    for (size_t k = 0; status == STATUS_OK && k < 6; k++)
        status = check_algorithm(ledger, claim, algorithm[k].rule, algorithm[k].gamma,
                                 error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof own / sizeof *own; k++)
        status = claim_stationary_own(ledger, claim, own[k], error);
    return status == STATUS_OK ? check_examples(ledger, claim, error) : status;
}

const struct claim claim_eq18_19 = {
    .id = "eq18-19",
    .where = "sec. 4.1, eqs. 18-19",
    .kind = CLAIM_LIMIT,
    .statement = "Sigma_pnm = gamma eta/(2B) I, gamma = (1+beta0)^2 + beta0^2; values "
                 "in units of eta0/(2B), eta0 = eta/sqrt(gamma) being the rate applied",
    .check = check,
};
