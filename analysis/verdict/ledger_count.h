/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_count.h: counts what the ledger says, claims and rows apart. */
#ifndef PNM_LEDGER_COUNT_H
#define PNM_LEDGER_COUNT_H

#include "verdict/ledger.h"

/* The claims that have a check, each counted once, by what its rows of the printed form
 * say together. A claim without such a verdict is in `checked` alone. */
struct claim_count {
    size_t checked;
    size_t hold;     /* no row fails or is open, and at least one holds */
    size_t in_limit; /* those of `hold` that hold in a limit */
    size_t fail;     /* in one setting or more */
    size_t intended; /* those of `fail` whose rows of the intended form all hold */
    size_t open;     /* none fails, but one is open */
};
struct claim_count ledger_count_claims(const struct ledger *ledger);

/* What a claim's rows say of it together: "it fails as printed and holds as intended".
 */
const char *ledger_count_words(const struct ledger *ledger, const struct claim *claim);

/* Appends two lines: how many claims hold and fail as printed, and how many rows of
 * each form do. */
void ledger_count_tell(const struct ledger *ledger, struct text *text);

#endif
