/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/poles.h"

#include "rules/characteristic.h"

#include <math.h>

static const double nearest = 0x1p-45; /* so that 1 - distance is a double */

/* x > 0 rounded to the middle of an interval of 8 significant bits. */
static double middle(double x)
{
    int exponent;
    const double digits = frexp(x, &exponent);
    return ldexp(floor(digits * 256) + 0.5, exponent - 8);
}

/* 1 - |z|^2. */
static quad above(const struct eigenvalue *z)
{
    const quad square = z->from.re * z->from.re + z->from.im * z->from.im;
    return (z->about > 0 ? -2 : 2) * z->from.re - square;
}

static struct pole real_pole(const struct eigenvalue *z)
{
    const double distance = middle((double)(z->about > 0 ? -z->from.re : z->from.re));
    return (struct pole){z->about > 0 ? 1 - distance : distance - 1, 0};
}

/* The smaller part is rounded to 2^-8 of the distance, because a frequency that is off
 * by more than the distance is another one; the larger part follows from |z|. */
static struct pole complex_pole(const struct eigenvalue *z)
{
    const double distance = middle((double)above(z));
    const double re = (double)(z->from.re + z->about), im = (double)z->from.im;
    int exponent;
    frexp(distance, &exponent);
    const double quantum = ldexp(1, exponent - 8);
    const bool flat = fabs(im) < fabs(re);
    const double smaller = (floor((flat ? im : re) / quantum) + 0.5) * quantum;
    const double larger = sqrt(1 - distance - smaller * smaller);
    return flat ? (struct pole){re < 0 ? -larger : larger, smaller}
                : (struct pole){smaller, larger};
}

int poles_of(const struct linear_system *system, struct pole *pole, int *count,
             struct error *error)
{
    struct characteristic polynomial;
    struct eigenvalue z[LINEAR_STATE];
    *count = 0;
    characteristic_of(system, &polynomial);
    const int status = characteristic_eigenvalues(&polynomial, z, error);
    if (status != STATUS_OK)
        return status;
    for (int left = system->dim; left > 0; left--) {
        int first = 0;
        for (int i = 1; i < left; i++)
            if (above(&z[i]) < above(&z[first]))
                first = i;
        const struct eigenvalue next = z[first];
        z[first] = z[left - 1];
        if (next.from.im < 0 || !(above(&next) > 2 * nearest))
            continue;
        pole[(*count)++] = next.from.im > 0 ? complex_pole(&next) : real_pole(&next);
    }
    return STATUS_OK;
}
