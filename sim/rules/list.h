/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: the update rules that are built in, one line each. */
#ifndef PNM_RULE_LIST_H
#define PNM_RULE_LIST_H

#define RULE_LIST(RULE)                                                                \
    RULE(sgd)                                                                          \
    RULE(heavy_ball)                                                                   \
    RULE(pnm)                                                                          \
    RULE(pnm_eq7)                                                                      \
    RULE(two_batch)                                                                    \
    RULE(nesterov)                                                                     \
    RULE(qhm)                                                                          \
    RULE(aggmo)                                                                        \
    RULE(anti_pgd)                                                                     \
    RULE(adam)                                                                         \
    RULE(amsgrad)                                                                      \
    RULE(adamw)                                                                        \
    RULE(adabound)                                                                     \
    RULE(padam)                                                                        \
    RULE(yogi)                                                                         \
    RULE(radam)                                                                        \
    RULE(adapnm)                                                                       \
    RULE(linear)

#endif
