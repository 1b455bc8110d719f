/* request_rules.h: the update rules that --optimizer and the options of their
 * parameters describe. */
#ifndef PNM_REQUEST_RULES_H
#define PNM_REQUEST_RULES_H

#include "cli/request.h"

/* Fills request->rules; all else that the request holds must be there. STATUS_USAGE,
 * STATUS_MEMORY. */
PNM_MUST_USE int request_rules_read(struct request *request, struct options *options,
                                    struct error *error);

/* Whether --optimizer chooses the rule, by its name or as one of `all`. */
bool request_rules_choose(const struct options *options, const struct rule_kind *kind);

/* The value of an option that is not given, for the chosen rules, as a header shows it:
 * "0.9", or "0.9; RULE: 0.999" where they differ. It stands in text, which is
 * overwritten, or is static; NULL: no default. */
const char *request_rules_default(const struct options *options,
                                  const struct option_value *value, struct text *text);

#endif
