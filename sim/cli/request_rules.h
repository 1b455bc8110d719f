/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request_rules.h: the update rules that --optimizer and the options of their
 * parameters describe. */
#ifndef PNM_REQUEST_RULES_H
#define PNM_REQUEST_RULES_H

#include "cli/request.h"

/* Fills request->rules; the rest of the request must be filled before. STATUS_USAGE,
 * STATUS_MEMORY. */
PNM_MUST_USE int request_rules_read(struct request *request, struct options *options,
                                    struct error *error);

/* Whether --optimizer chooses the rule, by its name or as one of `all`. */
bool request_rules_choose(const struct options *options, const struct rule_kind *kind);

/* The default of an option for the chosen rules as a header shows it, "0.9", or "0.9;
 * RULE: 0.999" if the rules differ; NULL if there is none. The result lies in text,
 * which is overwritten, or is static. */
const char *request_rules_default(const struct options *options,
                                  const struct option_value *value, struct text *text);

#endif
