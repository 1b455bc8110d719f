/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: the losses that are built in, one line each. */
#ifndef PNM_LOSS_LIST_H
#define PNM_LOSS_LIST_H

#define LOSS_LIST(LOSS)                                                                \
    LOSS(huber)                                                                        \
    LOSS(pseudo_huber)                                                                 \
    LOSS(log_cosh)                                                                     \
    LOSS(logistic)                                                                     \
    LOSS(rippled)                                                                      \
    LOSS(quadratic)                                                                    \
    LOSS(least_squares)

#endif
