/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig12.h: the rows of figure 12 on one network, which is the same for all seeds in a
 * test of their errors. */
#ifndef PNM_FIG12_H
#define PNM_FIG12_H

#include "claims/shared/minibatch.h"

PNM_MUST_USE int fig12_rows(struct ledger *ledger, const struct claim *claim,
                            const struct minibatch_noise *noise, struct error *error);

#endif
