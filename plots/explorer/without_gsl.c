/* SPDX-License-Identifier: GPL-3.0-or-later */
/* without_gsl.c: stands in for GSL's generators, which sim/base/random.c calls where
 * one of them is asked for. The page never asks: its generator is the default. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

gsl_rng *gsl_rng_alloc(const gsl_rng_type *type)
{
    (void)type;
    return NULL;
}

void gsl_rng_set(const gsl_rng *generator, unsigned long seed)
{
    (void)generator;
    (void)seed;
}

void gsl_rng_free(gsl_rng *generator)
{
    (void)generator;
}

double gsl_ran_gaussian_ziggurat(const gsl_rng *generator, double sigma)
{
    (void)generator;
    (void)sigma;
    return NAN;
}
