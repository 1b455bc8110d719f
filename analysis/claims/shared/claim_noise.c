/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_noise.h"

#include <stdio.h>

int claim_noise(const struct ledger *ledger, const struct claim *claim,
                const struct rule *rule, struct noise_row rows[NOISE_QUANTITIES],
                struct error *error)
{
    return noise_compare(ledger->sampling, rule, false, claim->id, rows, error);
}

int claim_noise_row(struct ledger *ledger, const struct claim *claim,
                    const struct noise_row *row, enum form form, const char *setting,
                    double paper, struct error *error)
{
    struct evidence evidence = row->evidence;
    evidence.paper = paper;
    evidence.paper_scale = evidence_scale(paper);
    return ledger_value(ledger, claim, form, setting, &evidence, row->samples, error);
}

int claim_noise_pair(struct ledger *ledger, const struct claim *claim,
                     const struct noise_claim *what, struct error *error)
{
    const double beta0 = what->beta0, beta1 = what->beta1;
    struct rule rule;
    struct noise_row rows[NOISE_QUANTITIES];
    char setting[200];
    int status = rule_from(&rule, error, "%s lr=0.1 beta0=%.17g beta1=%.17g",
                           what->rule, beta0, beta1);
    if (status == STATUS_OK)
        status = claim_noise(ledger, claim, &rule, rows, error);
    snprintf(setting, sizeof setting, "%s, beta0=%g beta1=%g", what->name, beta0,
             beta1);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[what->quantity], FORM_PRINTED,
                                 setting, what->printed, error);
    snprintf(setting, sizeof setting, "%s, beta0=%g beta1=%g, corrected: %s",
             what->name, beta0, beta1, what->formula);
    if (status == STATUS_OK)
        status = claim_noise_row(ledger, claim, &rows[what->quantity], FORM_CORRECTED,
                                 setting, what->corrected, error);
    return status;
}
