/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poles.h: the eigenvalues of a linear rule on one mode, rounded to a few digits. */
#ifndef PNM_POLES_H
#define PNM_POLES_H

#include "rules/linear_system.h"

/* im > 0 stands for the pair re + i im, re - i im. */
struct pole {
    double re, im;
};

/* Sets pole[0 .. *count) to the eigenvalues of A, those nearest to the unit circle
 * first; LINEAR_STATE places are enough. A's spectral radius must be below 1. A real
 * pole's distance from the unit circle is rounded to the middle of an interval of 8
 * significant bits. So is 1 - |z|^2 of a pair, and the smaller of its two parts is
 * rounded to 2^-8 of that; the larger part follows from both. So no bit of a pole
 * depends on how the eigenvalues were computed, and hardly any learning rate has
 * exactly such a pole. Poles within 2^-45 of the circle are left out. STATUS_SOFTWARE
 * as characteristic_margin. */
PNM_MUST_USE int poles_of(const struct linear_system *system, struct pole *pole,
                          int *count, struct error *error);

#endif
