/* noise_claims.h: what the claims on momentum noise (section 2) share. */
#ifndef PNM_NOISE_CLAIMS_H
#define PNM_NOISE_CLAIMS_H

#include "noise_compare.h"
#include "stationary_claims.h"

/* Measures all quantities of a rule once; the long-run variance is left out. */
PNM_MUST_USE int claim_noise(const struct ledger *ledger, const struct claim *claim,
                             const struct claim_rule *what,
                             struct noise_row rows[NOISE_QUANTITIES],
                             struct error *error);

/* Adds a row of one quantity with the paper's value `paper`. */
PNM_MUST_USE int claim_noise_row(struct ledger *ledger, const struct claim *claim,
                                 const struct noise_row *row, const char *setting,
                                 double paper, struct error *error);

#endif
