/* SPDX-License-Identifier: GPL-3.0-or-later */
/* noise_law_form.h: reads the law of the gradient noise from an option's text. */
#ifndef PNM_NOISE_LAW_FORM_H
#define PNM_NOISE_LAW_FORM_H

#include "base/error.h"
#include "base/noise_law.h"

/* Reads "gaussian", "student:NU" or "stable:ALPHA"; NULL: gaussian. STATUS_USAGE. */
PNM_MUST_USE int noise_law_form_read(const char *text, struct noise_law *law,
                                     struct error *error);

#endif
