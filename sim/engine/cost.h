/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cost.h: says before a long sampling run how long it will take. */
#ifndef PNM_COST_H
#define PNM_COST_H

#include "base/random.h"

#include <stdbool.h>

/* "about 40 s", "about 4 min", "about 3 h", "about 2 days"; two digits at most. */
void cost_text(double seconds, char *text, size_t size);

/* About how many seconds `steps` coordinate-steps take on `threads` threads: a few
 * thousand normal numbers are drawn, thrown away and timed. No result depends on it; 0
 * if the generator cannot be started. */
double cost_seconds(struct random_generator generator, double steps, int threads);

/* Writes a note on standard error if the steps, those of a pilot or of the run that is
 * measured, will take more than ten seconds. label NULL: says nothing. exact_seconds is
 * how long exact values took, which the user could have alone; 0: there are none. */
void cost_tell(const char *label, bool pilot, struct random_generator generator,
               double steps, int threads, double exact_seconds);

#endif
