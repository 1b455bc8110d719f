/* rule_check.h: whether rules are of a kind that a computation is about.
 *
 * All return STATUS_USAGE where one of rules[count] is not; `what` names the
 * computation in the message. */
#ifndef PNM_RULE_CHECK_H
#define PNM_RULE_CHECK_H

#include "rules/rule.h"

/* A rule that is read from a file must take its gradients at theta; `what` takes
 * gradients. */
PNM_MUST_USE int rule_check_gradients(const struct rule *rules, size_t count,
                                      const char *what, struct error *error);

/* The learning rate must not change over the steps; `what` needs one that does not. */
PNM_MUST_USE int rule_check_constant(const struct rule *rules, size_t count,
                                     const char *what, struct error *error);

/* The rules must be linear; `what` is linear theory. */
PNM_MUST_USE int rule_check_linear(const struct rule *rules, size_t count,
                                   const char *what, struct error *error);

/* A rule that is read from a file must be moved by gradients alone, not by theta. */
PNM_MUST_USE int rule_check_unpulled(const struct rule *rules, size_t count,
                                     const char *what, struct error *error);

#endif
