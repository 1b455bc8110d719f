/* SPDX-License-Identifier: GPL-3.0-or-later */
/* generator_form.h: reads the name of a random number generator. */
#ifndef PNM_GENERATOR_FORM_H
#define PNM_GENERATOR_FORM_H

#include "base/random.h"

/* Reads "xoshiro", "philox" or "gsl:NAME" (any name of GSL's manual, such as mt19937).
 * STATUS_USAGE for anything else. */
PNM_MUST_USE int generator_form_read(const char *text,
                                     struct random_generator *generator,
                                     struct error *error);

#endif
