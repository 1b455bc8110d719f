/* SPDX-License-Identifier: GPL-3.0-or-later */
/* explain.h: what there is to say of a claim: what the paper prints, how it is read,
 * the corrected form and why, in words from claims/ID.md and with the numbers of a run.
 *
 * A text ID.md is Markdown: "# ID: TITLE", then sections Printed, Reading (how the
 * claim is understood where the paper leaves that open), Shown (what the numbers of its
 * rows are), Corrected, Why, Figures (a list of plots/NAME.gp) and Commands (indented
 * lines); all but Printed may be left out. In its paragraphs
 *
 *     $E[m_t] ≈ β_3/(1−β_1) ∇f$   is mathematics: _{} and ^{} lower and raise, √{} is a
 *                                 root;
 *     <<measured|eq. 8, beta0=1>> is a number of the run: paper, exact or measured of
 * the claim's first row whose setting begins so. Numbers of a run are never written
 * into the text itself. */
#ifndef PNM_EXPLAIN_H
#define PNM_EXPLAIN_H

#include "base/text.h"
#include "verdict/ledger.h"

/* Appends the explanation of every claim that the ledger has rows of, in their order,
 * as Markdown of at most 79 letters a line. `options` follows each claim's pnm-verify
 * command: " --seed 7". STATUS_SOFTWARE where a claim's text cannot be read or names no
 * row of the ledger; STATUS_MEMORY. */
PNM_MUST_USE int explain(const struct ledger *ledger, const char *options,
                         struct text *text, struct error *error);

#endif
