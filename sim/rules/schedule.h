/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule.h: how the learning rate changes from step to step. At step t the rule's own
 * rate is multiplied by a factor:
 *
 *   constant                 1
 *   step:F:T1[:T2[:T3[:T4]]] F^k after k of the given steps
 *   cosine:T[:MIN]           MIN + (1-MIN) (1 + cos(pi t/T))/2 up to T, then MIN
 *   warm-restarts:T[:M[:MIN]] the same from 1 to MIN over T steps, then over T M, T M^2
 *                            ... (Loshchilov and Hutter, SGDR, ICLR 2017, eq. 5)
 *   inverse-sqrt             1/sqrt(t+1)
 */
#ifndef PNM_SCHEDULE_H
#define PNM_SCHEDULE_H

#include "base/elementary.h"
#include "base/error.h"

#include <math.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_CONSTANT,
    SCHEDULE_STEP,
    SCHEDULE_COSINE,
    SCHEDULE_WARM_RESTARTS,
    SCHEDULE_INVERSE_SQRT
};

enum { SCHEDULE_NUMBERS = 5 };

struct schedule {
    enum schedule_kind kind;
    double number[SCHEDULE_NUMBERS]; /* in the order of the forms above, then 0 */
};

/* Falls from 1 at x = 0 to `least` at x = 1 as a cosine does. cos(pi x) =
 * sin(pi (x + 1/2)). */
static inline double schedule_wave(double x, double least)
{
    return least + (1 - least) * (1 + elementary_sin_pi(x + 0.5)) / 2;
}

/* The factor of the learning rate at step t. */
static inline double schedule_factor(const struct schedule *schedule, uint64_t t)
{
    const double *own = schedule->number;
    double at = (double)t, factor = 1;
    switch (schedule->kind) {
    case SCHEDULE_STEP:
        for (int k = 1; k < SCHEDULE_NUMBERS && own[k] > 0; k++)
            factor *= at >= own[k] ? own[0] : 1;
        return factor;
    case SCHEDULE_COSINE:
        return at < own[0] ? schedule_wave(at / own[0], own[1]) : own[1];
    case SCHEDULE_WARM_RESTARTS: {
        double period = own[0];
        if (own[1] > 1)
            for (; at >= period; period *= own[1])
                at -= period;
        else
            at = (double)(t % (uint64_t)period);
        return schedule_wave(at / period, own[2]);
    }
    case SCHEDULE_INVERSE_SQRT:
        return 1 / sqrt(at + 1);
    case SCHEDULE_CONSTANT:
        break;
    }
    return 1;
}

#endif
