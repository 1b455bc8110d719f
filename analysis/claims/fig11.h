/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fig11.h: the rows of figure 11 on one network, which is the same for all seeds in a
 * test of their errors. */
#ifndef PNM_FIG11_H
#define PNM_FIG11_H

#include "claims/shared/minibatch.h"

PNM_MUST_USE int fig11_rows(struct ledger *ledger, const struct claim *claim,
                            const struct minibatch_noise *noise, struct error *error);

#endif
