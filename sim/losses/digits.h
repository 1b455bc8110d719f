/* SPDX-License-Identifier: GPL-3.0-or-later */
/* digits.h: 1797 images of handwritten digits, 8 x 8 pixels each, and what they show.
 *
 * They are the test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin, C.
 * Kaynak, 1998) of the UCI Machine Learning Repository, doi:10.24432/C50P49, licensed
 * CC BY 4.0, as Debian's package python3-sklearn (BSD-3-Clause) has it. They are no
 * part of pnmlab: `make data` fetches them (digits.sh). */
#ifndef PNM_DIGITS_H
#define PNM_DIGITS_H

#include "losses/class_data.h"

/* Whether the images are there. STATUS_SOFTWARE if the folder of the program cannot be
 * found, STATUS_MEMORY. */
PNM_MUST_USE int digits_find(bool *found, struct error *error);

/* Reads them: 64 pixels from 0 (white) to 1 and 10 classes; not standardized.
 * STATUS_USAGE, with the quantity "task", if the file is not there, cannot be read or
 * holds something else; and as digits_find. The caller frees *data, after a failure
 * too. */
PNM_MUST_USE int digits_read(struct class_data **data, struct error *error);

#endif
