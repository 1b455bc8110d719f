/* SPDX-License-Identifier: GPL-3.0-or-later */
/* claims.h: the claims of the paper. */
#ifndef PNM_CLAIMS_H
#define PNM_CLAIMS_H

#include "verdict/ledger.h"

/* All claims in the paper's order, NULL after the last. */
const struct claim *const *claims_all(void);

#endif
