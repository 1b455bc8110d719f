/* SPDX-License-Identifier: GPL-3.0-or-later */
/* worst_certificate.h: a worst case in a file (JSON), from which anybody can prove it
 * again: the multipliers, the function, and the points that the rule visits. */
#ifndef PNM_WORST_CERTIFICATE_H
#define PNM_WORST_CERTIFICATE_H

#include "worst/worst_case.h"

/* Writes what was found. `title` says what of. STATUS_OUTPUT, STATUS_MEMORY,
 * STATUS_SOFTWARE. */
PNM_MUST_USE int worst_certificate_write(const char *path, const char *title,
                                         const struct worst_setting *setting,
                                         const struct worst_case *worst,
                                         struct error *error);

/* Sets worst->problem to the setting's and the rest to what the file proves of it: the
 * bounds are computed anew, and NAN where the file does not prove one. *reason says why
 * not, or is NULL. STATUS_USAGE if the file is no certificate, or one of a problem with
 * other rows; STATUS_MEMORY. worst_case_free is legal after a failure. */
PNM_MUST_USE int worst_certificate_prove(const char *path,
                                         const struct worst_setting *setting,
                                         struct worst_case *worst, const char **reason,
                                         struct error *error);

#endif
