/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stationary_warn.h: warnings of pnm-stationary about rows that are not sampled, or not
 * as asked. */
#ifndef PNM_STATIONARY_WARN_H
#define PNM_STATIONARY_WARN_H

#include "compare/stationary.h"

/* Warns of a row of the problem's, unless there are enough warnings. */
void stationary_warn_row(const struct sampling *sampling, const struct problem *problem,
                         const struct rule *rule, const struct comparison *row,
                         size_t *warnings);

/* Warns of an excess loss whose modes together exceed the budget; false if they do not.
 */
bool stationary_warn_excess(const struct sampling *sampling, const struct rule *rule,
                            const struct comparison *rows, size_t count);

#endif
