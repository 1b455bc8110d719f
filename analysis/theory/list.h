/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: the rules whose theory is written out, one line each. */
#ifndef PNM_THEORY_LIST_H
#define PNM_THEORY_LIST_H

#define THEORY_LIST(THEORY)                                                            \
    THEORY(sgd)                                                                        \
    THEORY(heavy_ball)                                                                 \
    THEORY(pnm)                                                                        \
    THEORY(pnm_eq7)                                                                    \
    THEORY(two_batch)                                                                  \
    THEORY(nesterov)                                                                   \
    THEORY(qhm)                                                                        \
    THEORY(anti_pgd)

#endif
