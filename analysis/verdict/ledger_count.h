/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger_count.h: counts what the ledger says, claims and rows apart. Analogues, which
 * decide nothing that the paper claims, are counted by themselves. */
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

/* Append how many rows have which verdict, "holds 90, fails 41", after `lead`: the
 * paper verdicts of one form's rows, of one claim or, if it is NULL, of all that have a
 * check; and the exact verdicts of a claim's rows. Nothing and false if there are no
 * such rows.
 */
bool ledger_count_papers(const struct ledger *ledger, const struct claim *claim,
                         enum form form, const char *lead, struct text *text);
bool ledger_count_exacts(const struct ledger *ledger, const struct claim *claim,
                         const char *lead, struct text *text);

/* Appends a line: how many rows of analogues have which verdict. Nothing if there are
 * none. */
void ledger_count_tell_analogues(const struct ledger *ledger, struct text *text);

/* Appends two lines: how many claims hold and fail as printed, and how many rows of
 * each form do. */
void ledger_count_tell(const struct ledger *ledger, struct text *text);

#endif
