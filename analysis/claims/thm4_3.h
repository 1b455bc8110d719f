/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thm4_3.h: the quotient of bounds of theorem 4.3's rows, for the test of its error. */
#ifndef PNM_THM4_3_H
#define PNM_THM4_3_H

#include "compare/posterior.h"
#include "verdict/evidence.h"

/* The bound of PNM over that of SGD, from exact and measured posteriors. */
struct evidence thm4_3_ratio(const struct posterior *pnm_exact,
                             const struct posterior *sgd_exact,
                             const struct posterior *pnm, const struct posterior *sgd);

#endif
