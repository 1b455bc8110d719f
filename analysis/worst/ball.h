/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ball.h: numbers with proven bounds of their errors.
 *
 * A ball is all numbers within `radius` of `mid`. The result of an operation contains
 * the exact result for all numbers of its operands: the radius grows by what the middle
 * may have lost to rounding. So what is true of every number of a ball is true of the
 * exact result, whatever was rounded on the way. */
#ifndef PNM_BALL_H
#define PNM_BALL_H

#include "base/quad.h"

struct ball {
    quad mid, radius;
};

/* Rounding of one operation on normal numbers, and below them. Radii are multiplied by
 * 1 + 8 epsilon, for they are rounded themselves. */
#define BALL_TINY ((quad)LDBL_MIN)
static inline struct ball ball_rounded(quad mid, quad radius)
{
    const quad own = quad_abs(mid) * QUAD_EPSILON + BALL_TINY;
    return (struct ball){mid, (radius + own) * (1 + 8 * QUAD_EPSILON)};
}

static inline struct ball ball_of(quad exact)
{
    return (struct ball){exact, 0};
}

static inline struct ball ball_add(struct ball a, struct ball b)
{
    return ball_rounded(a.mid + b.mid, a.radius + b.radius);
}

static inline struct ball ball_negative(struct ball a)
{
    return (struct ball){-a.mid, a.radius};
}

static inline struct ball ball_multiply(struct ball a, struct ball b)
{
    return ball_rounded(a.mid * b.mid, quad_abs(a.mid) * b.radius +
                                           a.radius * quad_abs(b.mid) +
                                           a.radius * b.radius);
}

/* b must not contain 0 (ball_is_positive). The quotient's distance from that of the
 * middles is at most (|a| r_b + |b| r_a)/(|b| (|b| - r_b)). */
static inline struct ball ball_divide(struct ball a, struct ball b)
{
    const quad size = quad_abs(b.mid),
               least = (size - b.radius) * (1 - 8 * QUAD_EPSILON);
    return ball_rounded(a.mid / b.mid, (quad_abs(a.mid) * b.radius + size * a.radius) /
                                           (size * least) * (1 + 8 * QUAD_EPSILON));
}

/* Whether every number of the ball is > 0; false if the ball is not finite. */
static inline bool ball_is_positive(struct ball a)
{
    return a.mid > a.radius * (1 + 8 * QUAD_EPSILON) && quad_is_finite(a.mid);
}

/* The ends of the ball, rounded outward to doubles. */
static inline double ball_above(struct ball a)
{
    return nextafter(
        (double)((a.mid + a.radius) + quad_abs(a.mid) * (8 * QUAD_EPSILON)), HUGE_VAL);
}

static inline double ball_below(struct ball a)
{
    return -ball_above(ball_negative(a));
}

#endif
