/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims.h: the claims of the paper, of its neighbours, which are papers whose
 * statements on the noise of SGD the same theory decides, and of the paper on momentum,
 * Jelassi and Li (ICML 2022); and analogues, small experiments beside those of the
 * paper on PNM, which take minutes. */
#ifndef PNM_CLAIMS_H
#define PNM_CLAIMS_H

#include "verdict/ledger.h"

enum claims_paper {
    CLAIMS_PNM,
    CLAIMS_NEIGHBOURS,
    CLAIMS_MOMENTUM,
    CLAIMS_ALL, /* of these papers */
    CLAIMS_ANALOGUES,
    CLAIMS_LISTED, /* all of these and the analogues */
};

/* The claims of the paper on PNM in its order, those of its neighbours by year, those
 * of the paper on momentum, all of them in this order, the analogues, or these too;
 * NULL after the last. */
const struct claim *const *claims_of(enum claims_paper paper);

/* claims_of(CLAIMS_ALL). */
const struct claim *const *claims_all(void);

/* The paper of a claim: "pnm", "neighbours", "momentum" or "analogues". */
const char *claims_paper_text(const struct claim *claim);

#endif
