/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quad.h: numbers of 113 bits, for exact values that doubles would round: 1 - x of an x
 * close to 1, and what is divided by such a difference. They are the compiler's; a
 * machine without them has its long doubles instead. A quad costs about 50 ns a
 * product, so nothing that is simulated or planned uses them. */
#ifndef PNM_QUAD_H
#define PNM_QUAD_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

#if LDBL_MANT_DIG < 113 && defined __SIZEOF_FLOAT128__
__extension__ typedef __float128 quad;
#define QUAD_EPSILON ((quad)0x1p-112)
#else
typedef long double quad;
#define QUAD_EPSILON ((quad)LDBL_EPSILON)
#endif

static inline quad quad_abs(quad x)
{
    return x < 0 ? -x : x;
}

static inline quad quad_max(quad x, quad y)
{
    return x < y ? y : x;
}

/* False for infinities and NAN. */
static inline bool quad_is_finite(quad x)
{
    return x - x == 0;
}

/* The root of x, of which the double nearest to it is finite: its root, then two of
 * Newton's steps, each of which doubles the digits. */
static inline quad quad_sqrt(quad x)
{
    quad root = sqrt((double)x);
    if (!(root > 0))
        return root;
    root = (root + x / root) / 2;
    return (root + x / root) / 2;
}

#endif
