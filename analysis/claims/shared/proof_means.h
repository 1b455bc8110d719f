/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof_means.h: lines with an expectation, held against the mean over an ensemble. */
#ifndef PNM_PROOF_MEANS_H
#define PNM_PROOF_MEANS_H

#include "base/moments.h"
#include "claims/shared/proof_lines.h"

enum { PROOF_MEANS_STEPS = 24, PROOF_MEANS_HALVES = 2 };

/* Moments of both sides of a line over the chains of each half, by step. Even chains
 * choose the step, odd chains measure it. */
struct proof_means {
    struct comoments sides[PROOF_MEANS_STEPS][PROOF_MEANS_HALVES];
};

/* Sets means[count], which are 0 before, of the rows that are about an ensemble. They
 * stay 0 if the ensemble exceeds the budget of a row. */
PNM_MUST_USE int proof_means_run(const struct ledger *ledger,
                                 const struct proof_row *rows, size_t count,
                                 struct proof_means *means, struct error *error);

/* Adds the row; `setting` is what it begins with. */
PNM_MUST_USE int proof_means_add(struct ledger *ledger, const struct claim *claim,
                                 const struct proof_row *row,
                                 const struct proof_means *means, struct text *setting,
                                 struct error *error);

#endif
