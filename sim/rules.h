/* rules.h: update rules with their parameters, and the loss, as the options describe
 * them. */
#ifndef PNM_RULES_H
#define PNM_RULES_H

#include "options.h"
#include "quadratic.h"
#include "table.h"
#include "text.h"

/* The loss that OPTIONS_LOSS describe. */
PNM_MUST_USE int options_problem(const struct options *options,
                                 struct quadratic *problem, struct error *error);

/* What --optimizer takes instead of names: the rules that the program can run with
 * nothing but the parameters' defaults and a learning rate. */
#define RULES_ALL "all"

/* The rules chosen by --optimizer with every combination of the parameter values given,
 * the first parameter varying slowest. *rules is the caller's to free. */
PNM_MUST_USE int options_rules(const struct options *options, struct rule **rules,
                               size_t *count, struct error *error);

/* Is the rule chosen by --optimizer, by its name or as one of `all`? */
bool options_choose(const struct options *options, const struct rule_kind *kind);

/* What an option is if nothing is said of it, for the chosen rules, as a header shows
 * it: "0.9", or "0.9; RULE: 0.999" where they differ. It stands in text, which is
 * overwritten, or is static; NULL: no default. */
const char *options_default(const struct options *options,
                            const struct option_value *value, struct text *text);

/* STATUS_USAGE where a rule is read from a file and uses gradients elsewhere than at
 * theta; `what` takes gradients. */
PNM_MUST_USE int rules_check_gradients(const struct rule *rules, size_t count,
                                       const char *what, struct error *error);

/* STATUS_USAGE where --schedule asks for a rate that changes; `what` needs one that
 * does not. */
PNM_MUST_USE int rules_check_constant(const struct rule *rules, size_t count,
                                      const char *what, struct error *error);

/* STATUS_USAGE where a rule is not linear; `what` is linear theory. */
PNM_MUST_USE int rules_check_linear(const struct rule *rules, size_t count,
                                    const char *what, struct error *error);

/* STATUS_USAGE where a rule from a file moves by theta itself, not by gradients alone.
 */
PNM_MUST_USE int rules_check_unpulled(const struct rule *rules, size_t count,
                                      const char *what, struct error *error);

/* A table for the rows of rules[rule_count], as options_rules orders them:
 * columns[count], and behind them one for each parameter that differs between two of
 * the same name and has none among them, without which their rows could not be told
 * apart. STATUS_MEMORY. */
PNM_MUST_USE int rules_table(struct table *table, const struct column *columns,
                             size_t count, const struct rule *rules, size_t rule_count,
                             struct error *error);

/* Starts a row of the table: the columns `optimizer` and those named as the rule's
 * parameters are filled. STATUS_MEMORY. */
PNM_MUST_USE int rule_row(const struct rule *rule, struct table *table,
                          struct error *error);

#endif
