/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "controls.h"

#include "base/elementary.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

/* Chance that repeats: a uniform number in [0, 1) from the bits of x (SplitMix64). */
static double chance(double x)
{
    uint64_t z = elementary_bits(x) + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Every function says how far it moves its check: z by d sqrt(gain N), or the
 * noncentrality of a chi-square by d^2 gain N. */
#define DAMAGE(name)                                                                   \
    static void name(const struct control *control, double d,                          \
                     const struct random_key *key, double *x)

/* --- each number by itself ------------------------------------------------------ */

/* The mean moves by d: gain 1. Kolmogorov's distance, at 0, by d times the density
 * there, 1/sqrt(2 pi): gain 1/(2 pi). */
DAMAGE(shift)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] += d;
}

/* A share d of the negative numbers changes sign: the mean moves by
 * 2 d E max(-x, 0) = d sqrt(2/pi): gain 2/pi. */
DAMAGE(flip)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        if (x[i] < 0 && chance(x[i]) < d)
            x[i] = -x[i];
}

/* The second moment moves by 2 d, its standard error is sqrt(2/N): gain 2. */
DAMAGE(scale)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] *= 1 + d;
}

/* The third moment moves by 3 d E x^2 (x^2 - 1) = 6 d, the first two stay; its standard
 * error is sqrt(15/N): gain 36/15. */
DAMAGE(skew)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] += d * (x[i] * x[i] - 1);
}

/* The fourth moment moves by 4 d E x^3 (x^3 - 3 x) = 24 d, the first three stay; its
 * standard error is sqrt(96/N): gain 6. */
DAMAGE(bulge)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] += d * (x[i] * x[i] - 3) * x[i];
}

/* Multiples of d. Each edge of a bin is off by a uniform number in +-d/2, of variance
 * d^2/12, and a bin has two. Of n = 2^16 bins one at density f has probability 1/n and
 * is off by d f times such numbers: noncentrality N n sum (d f)^2/6, where a bin is
 * 1/(n f) wide, so that the sum is n times the integral of d^2 f^3/6 and that of f^3 is
 * 1/(2 pi sqrt(3)): gain n^2/(12 pi sqrt(3)). */
DAMAGE(coarsen)
{
    (void)control, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] = d * rint(x[i] / d);
}

/* A share d of the numbers within one sigma below the bound moves beyond it. */
DAMAGE(fatten)
{
    const double bound = control->sigma;
    (void)key;
    for (int i = 0; i < CHUNK; i++)
        if (fabs(x[i]) > bound - 1 && fabs(x[i]) <= bound && chance(x[i]) < d)
            x[i] += x[i] < 0 ? -1 : 1;
}

/* 57 of 10^8 numbers are lost, and one would miss 18. */
DAMAGE(clip)
{
    const double bound = control->sigma;
    (void)d, (void)key;
    for (int i = 0; i < CHUNK; i++)
        x[i] = fmax(-bound, fmin(bound, x[i]));
}

/* --- numbers by their past ------------------------------------------------------ */

static int chosen(const struct control *control, int i)
{
    const int place = i % RANDOM_BLOCK;
    return place >= control->first && place <= control->last;
}

/* n products x y get the mean d, and their standard deviation is 1: gain n/N. */
DAMAGE(echo)
{
    (void)key;
    for (int i = 0; i < CHUNK; i++)
        if (chosen(control, i))
            x[i] += d * x[i - control->lag];
}

/* Uncorrelated as before, but n products (x^2 - 1) (y^2 - 1) get the mean
 * 2 d E (y^2 - 1)^2 = 4 d, and their standard deviation is 2: gain 4 n/N. */
DAMAGE(swell)
{
    (void)key;
    for (int i = 0; i < CHUNK; i++) {
        const double y = x[i - control->lag];
        if (chosen(control, i))
            x[i] *= 1 + d * (y * y - 1);
    }
}

/* --- whole streams -------------------------------------------------------------- */

/* Even units up, odd ones down: the mean stays, the streams' z^2 grow by d^2 times
 * their numbers: gain 1. */
DAMAGE(tilt)
{
    (void)control;
    for (int i = 0; i < CHUNK; i++)
        x[i] += key->unit % 2 ? -d : d;
}

/* The same with the scale; the z^2 of the streams' second moments: gain 2. */
DAMAGE(stretch)
{
    (void)control;
    for (int i = 0; i < CHUNK; i++)
        x[i] *= key->unit % 2 ? 1 - d : 1 + d;
}

/* --- the list ------------------------------------------------------------------- */

#define BY_ITSELF(name_, what_, check_, damage_, gain_)                                \
    {                                                                                  \
        .name = (name_), .what = (what_), .check = {check_}, .damage = (damage_),      \
        .gain = (gain_)                                                                \
    }
/* At places first to last of a block. */
#define BY_PAST(name_, what_, check_, damage_, gain_, lag_, first_, last_)             \
    {                                                                                  \
        .name = (name_), .what = (what_), .check = {check_}, .damage = (damage_),      \
        .gain = (gain_) * ((last_) - (first_) + 1) / RANDOM_BLOCK, .lag = (lag_),      \
        .first = (first_), .last = (last_)                                             \
    }
#define FATTEN(name_, sigma_, check_)                                                  \
    {                                                                                  \
        .name = (name_), .what = "share d of |x| a sigma below moves beyond",          \
        .check = {check_}, .damage = fatten, .sigma = (sigma_)                         \
    }
#define REUSE(name_, what_, check_, squares_, stream_)                                 \
    {                                                                                  \
        .name = (name_), .what = (what_), .check = {check_, squares_},                 \
        .reused = (stream_)                                                            \
    }

static const char x_plus_y[] = "x + d y";
static const char x_swells[] = "x (1 + d (y^2 - 1))";

const struct control controls[] = {
    BY_ITSELF("shift", "x + d", "mean", shift, 1),
    BY_ITSELF("drift", "x + d", "distance", shift, 0.15915494),
    BY_ITSELF("flip", "share d of x < 0 changes sign", "mean", flip, 0.63661977),
    BY_ITSELF("scale", "x (1 + d)", "second moment", scale, 2),
    BY_ITSELF("skew", "x + d (x^2 - 1)", "third moment", skew, 2.4),
    BY_ITSELF("bulge", "x + d (x^3 - 3 x)", "fourth moment", bulge, 6),
    BY_ITSELF("coarsen", "multiples of d", "bins", coarsen, 0x1p32 * 0.015314692),
    BY_PAST("echo-1", x_plus_y, "lag 1", echo, 1., 1, 0, 31),
    BY_PAST("echo-2", x_plus_y, "lag 2", echo, 1., 2, 0, 31),
    BY_PAST("echo-pair", x_plus_y, "lag 16, pair", echo, 1., 16, 16, 31),
    BY_PAST("echo-16", x_plus_y, "lag 16, blocks", echo, 1., 16, 0, 15),
    BY_PAST("echo-32", x_plus_y, "lag 32", echo, 1., 32, 0, 31),
    BY_PAST("echo-lane", x_plus_y, "lanes", echo, 1., 3, 8, 8),
    BY_PAST("swell-1", x_swells, "lag 1, squares", swell, 4., 1, 0, 31),
    BY_PAST("swell-2", x_swells, "lag 2, squares", swell, 4., 2, 0, 31),
    BY_PAST("swell-pair", x_swells, "lag 16, pair, squares", swell, 4., 16, 16, 31),
    BY_PAST("swell-16", x_swells, "lag 16, blocks, squares", swell, 4., 16, 0, 15),
    BY_PAST("swell-32", x_swells, "lag 32, squares", swell, 4., 32, 0, 31),
    BY_PAST("swell-lane", x_swells, "lanes, squares", swell, 4., 3, 8, 8),
    BY_ITSELF("tilt", "x + d in even units, x - d in odd", "stream means", tilt, 1),
    BY_ITSELF("stretch", "x (1 + d) in even units, x (1 - d) in odd",
              "stream variances", stretch, 2),
    REUSE("reuse-unit", "d units have the stream of the one before", "units",
          "units, squares", 1),
    REUSE("reuse-seed", "d streams are those of the seed before", "seeds",
          "seeds, squares", 2),
    FATTEN("fatten-3", 3, "beyond 3 sigma"),
    FATTEN("fatten-4", 4, "beyond 4 sigma"),
    FATTEN("fatten-5", 5, "beyond 5 sigma"),
    FATTEN("fatten-6", 6, "beyond 6 sigma"),
    {.name = "clip",
     .what = "|x| at most d",
     .check = {"beyond 5 sigma"},
     .damage = clip,
     .sigma = 5},
    {.name = NULL},
};

const struct control *control_find(const char *name)
{
    for (const struct control *control = controls; control->name; control++)
        if (strcmp(control->name, name) == 0)
            return control;
    return NULL;
}

/* So many more must be counted beyond the bound: their share of those below it. */
static double fatten_size(int sigma, double numbers, double needed)
{
    const double within =
        2 * (gsl_cdf_ugaussian_Q(sigma - 1) - gsl_cdf_ugaussian_Q(sigma));
    return needed / (numbers * within);
}

double control_size(const struct control *control, double numbers,
                    const struct check *checks)
{
    const double needed = check_needed(check_find(checks, control->check[0]));
    if (control->damage == clip)
        return control->sigma;
    if (control->damage == fatten)
        return fatten_size(control->sigma, numbers, needed);
    /* m streams used twice add m times their numbers to the sum of half as many
     * products as there are numbers. */
    if (control->reused)
        return ceil(needed * sqrt(numbers / 2) / STREAM);
    return needed / sqrt(control->gain * numbers);
}

void control_key(const struct run *run, uint64_t bundle, int stream,
                 struct random_key *key)
{
    if (!run->control->reused || run->control->reused != stream ||
        (double)bundle >= run->damage)
        return;
    if (stream == 1)
        key->unit--;
    else
        key->seed--;
}

void control_numbers(const struct run *run, const struct random_key *key, double *x)
{
    if (run->control->damage)
        run->control->damage(run->control, run->damage, key, x);
}
