/* SPDX-License-Identifier: GPL-3.0-or-later */
/* average.h: the averages of a chain's iterates that are watched in place of theta.
 * They do not act on the chain.
 *
 * After T steps they are
 *     polyak   the mean of theta_{from+1} .. theta_T (Polyak and Juditsky 1992), and
 *              theta itself up to step `from`;
 *     ema      a_T, with a_0 = theta_0 and a' = (1 - rate) a + rate theta', where
 *              theta' is what the step leads to. */
#ifndef PNM_AVERAGE_H
#define PNM_AVERAGE_H

#include <stdint.h>

enum average_kind { AVERAGE_NONE, AVERAGE_POLYAK, AVERAGE_EMA };

struct average {
    enum average_kind kind;
    uint64_t from; /* AVERAGE_POLYAK */
    double rate;   /* AVERAGE_EMA: > 0 and <= 1 */
};

#endif
