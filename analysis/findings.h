/* SPDX-License-Identifier: GPL-3.0-or-later */
/* findings.h: what a ledger of the whole paper has found, in five sentences. */
#ifndef PNM_FINDINGS_H
#define PNM_FINDINGS_H

#include "verdict/ledger.h"

/* Appends "findings:" and a line a finding, with the numbers and verdicts of the
 * ledger's rows and the claim's id: "1. WORDS: VERDICT (ID).". A finding about a
 * claim that the ledger has not checked is left out. STATUS_SOFTWARE if a finding names
 * a row that its claim has not, STATUS_MEMORY. */
PNM_MUST_USE int findings_tell(const struct ledger *ledger, struct text *text,
                               struct error *error);

#endif
