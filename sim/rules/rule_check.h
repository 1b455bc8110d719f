/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_check.h: checks that rules suit a computation.
 *
 * All functions return STATUS_USAGE if one of rules[count] does not suit; `what` names
 * the computation, or what it needs, in the message. */
#ifndef PNM_RULE_CHECK_H
#define PNM_RULE_CHECK_H

#include "rules/rule.h"

/* A rule that is read from a file must take its gradients at theta only. */
PNM_MUST_USE int rule_check_gradients(const struct rule *rules, size_t count,
                                      const char *what, struct error *error);

/* The learning rate must not change over the steps; `what`, "stationary law", needs a
 * constant one. */
PNM_MUST_USE int rule_check_constant(const struct rule *rules, size_t count,
                                     const char *what, struct error *error);

/* The rules must take samples of the gradient alone, so that gradient and noise act
 * alike. */
PNM_MUST_USE int rule_check_sampled(const struct rule *rules, size_t count,
                                    const char *what, struct error *error);

/* The rules must be linear; `what`, "spectral radius", is a part of linear theory. */
PNM_MUST_USE int rule_check_linear(const struct rule *rules, size_t count,
                                   const char *what, struct error *error);

/* A rule that is read from a file must be moved by gradients alone, not by theta. */
PNM_MUST_USE int rule_check_unpulled(const struct rule *rules, size_t count,
                                     const char *what, struct error *error);

/* Whether a chain without noise at curvature h, from `theta` with empty slots, divides
 * 0 by 0 within `steps` steps: a step that starts from moderate numbers gives no
 * number. Rules that divide by the root of squared gradients do it at epsilon = 0 where
 * the gradient is 0. */
bool rule_divides_zero(const struct rule *rule, double h, double theta,
                       double theta_star, uint64_t steps);

#endif
