/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claim_noise.h: shared by the claims on momentum noise (section 2). */
#ifndef PNM_CLAIM_NOISE_H
#define PNM_CLAIM_NOISE_H

#include "claims/shared/claim_stationary.h"
#include "compare/noise.h"

/* Measures all quantities of a rule once; the long-run variance is left out. */
PNM_MUST_USE int claim_noise(const struct ledger *ledger, const struct claim *claim,
                             const struct rule *rule,
                             struct noise_row rows[NOISE_QUANTITIES],
                             struct error *error);

/* Adds a row of one quantity: `paper` is its value by that form of the formula. */
PNM_MUST_USE int claim_noise_row(struct ledger *ledger, const struct claim *claim,
                                 const struct noise_row *row, enum form form,
                                 const char *setting, double paper,
                                 struct error *error);

/* A quantity of the rule `rule`, pnm or pnm_eq7, with its printed and its corrected
 * value. The rows' settings show `name`, what the rule stands for, and `formula`, that
 * of the corrected value. */
struct noise_claim {
    const char *name, *rule;
    double beta0, beta1;
    enum noise_quantity quantity;
    double printed, corrected;
    const char *formula;
};
/* Measures the quantity and adds a row for the printed and one for the corrected value.
 */
PNM_MUST_USE int claim_noise_pair(struct ledger *ledger, const struct claim *claim,
                                  const struct noise_claim *what, struct error *error);

#endif
