/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_form.h: reads least squares on a data set from the options' texts. */
#ifndef PNM_DATA_FORM_H
#define PNM_DATA_FORM_H

#include "cli/problem_form.h"

/* Makes the problem of text->data. STATUS_USAGE for a file that cannot be read or is no
 * data set, more examples a minibatch than rows, and options that set what the data
 * determine. problem_free is legal after a failure. */
PNM_MUST_USE int data_form_read(struct problem *problem,
                                const struct problem_form *text, struct error *error);

#endif
