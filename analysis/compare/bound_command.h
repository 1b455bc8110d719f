/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bound_command.h: the command that measures the setting that a search found. */
#ifndef PNM_BOUND_COMMAND_H
#define PNM_BOUND_COMMAND_H

#include "base/text.h"
#include "compare/bound_search.h"

/* Appends the command of pnm-bound that measures the point again with `chains`
 * chains. */
void bound_command(const struct bound_search *search, const struct bound_point *point,
                   uint64_t chains, struct text *text);

#endif
