/* SPDX-License-Identifier: GPL-3.0-or-later */
/* option_lists.h: lists as they are typed become lists as they are written. */
#ifndef PNM_OPTION_LISTS_H
#define PNM_OPTION_LISTS_H

#include "cli/options.h"

/* Takes the blanks behind the commas of lists, "0.1, 0.2", and writes each rule of
 * --optimizer by its own name, where an alias is given. Names of files and
 * what is wrong stay as they are. STATUS_MEMORY. */
PNM_MUST_USE int option_lists_tidy(struct options *options, struct error *error);

/* Appends "; did you mean file:hessian.txt?" if the value of an option that takes
 * file:PATH or csv:FILE is the name of a file that is there, or looks like one. */
void option_lists_hint(const struct option_value *value, struct text *text);

#endif
