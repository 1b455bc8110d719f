/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule_from.h: an update rule as a text, "NAME beta0=1 lr-normalization=off".
 *
 *     struct rule rule;
 *     int status = rule_from(&rule, error, "NAME lr=0.1 beta1=%.17g", beta1);
 *
 * The name of a rule, then NAME=VALUE for each of its parameters that does not take its
 * default, with blanks between them. A value is a number, or one of the words of a
 * parameter that takes words. %.17g writes a number so that the same bits are read. */
#ifndef PNM_RULE_FROM_H
#define PNM_RULE_FROM_H

#include "rules/rule.h"

/* The rule of the formatted text. What has no default, the learning rate, is NAN where
 * the text does not name it. STATUS_USAGE for an unknown rule or parameter, a value out
 * of range, and a parameter that is named twice. */
__attribute__((format(printf, 3, 4))) PNM_MUST_USE int
rule_from(struct rule *rule, struct error *error, const char *format, ...);

#endif
