/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flat_form.h: what becomes of the curvatures of a spectrum that are not positive. */
#ifndef PNM_FLAT_FORM_H
#define PNM_FLAT_FORM_H

#include "base/numbers.h"
#include "base/text.h"
#include "losses/problem.h"

enum flat { FLAT_REFUSED, FLAT_KEEP, FLAT_DROP, FLAT_CLIP };

struct flat_form {
    enum flat flat;
    double least; /* FLAT_CLIP: lower curvatures become this, > 0 */
};

/* Reads "keep", "drop" or "clip:EPS"; NULL: FLAT_REFUSED. STATUS_USAGE. */
PNM_MUST_USE int flat_form_read(const char *text, struct flat_form *form,
                                struct error *error);

/* Looks for curvatures that are not positive, of which `place` says where the first is
 * ("line 17"; empty: it has no other place than its number). FLAT_CLIP raises them; the
 * others leave h as it is. How many there are, and what becomes of them, is a line of
 * the warnings, which may be NULL. STATUS_USAGE if they are refused. */
PNM_MUST_USE int flat_form_treat(const struct flat_form *form, const char *place,
                                 struct numbers *h, struct text *warnings,
                                 struct error *error);

/* FLAT_DROP: takes the modes whose curvature is not positive out of the problem, which
 * has no rotation yet. STATUS_USAGE if none is left, STATUS_MEMORY. */
PNM_MUST_USE int flat_form_drop(const struct flat_form *form, struct problem *problem,
                                struct error *error);

#endif
