/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule_from.h"

#include "base/parse.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_TEXT = 512 };

static int unknown_parameter(const struct rule_kind *kind, const char *name,
                             struct error *error)
{
    struct nearest nearest = nearest_to(name, "");
    for (int i = 0; i < kind->parameter_count; i++)
        nearest_try(&nearest, kind->parameters[i].name,
                    strlen(kind->parameters[i].name));
    return error_set(error, STATUS_USAGE, "no parameter '%.100s'%s; allowed are %s",
                     name, nearest.hint, nearest.known);
}

/* Reads "NAME=VALUE"; given[i] tells whether parameter i was read before. */
static int read_part(char *part, struct rule *rule, bool *given, struct error *error)
{
    char *equals = strchr(part, '=');
    if (!equals)
        return error_set(error, STATUS_USAGE, "'%.100s' is no NAME=VALUE", part);
    *equals = '\0';
    const char *value = equals + 1;
    const int i = rule_kind_parameter(rule->kind, part);
    if (i < 0)
        return unknown_parameter(rule->kind, part, error);
    const struct parameter *p = &rule->kind->parameters[i];
    if (given[i])
        return error_about(error, STATUS_USAGE, p->name,
                           "a second value '%.100s'; allowed is one", value);
    given[i] = true;
    if (p->choices)
        return parameter_word(p, value, &rule->word[i], error);
    const int status = parse_real(p->name, value, &rule->number[i], error);
    return status == STATUS_OK ? parameter_check(p, rule->number[i], error) : status;
}

/* `parts` is the text, and is cut into its parts. */
static int read_text(char *parts, struct rule *rule, struct error *error)
{
    bool given[RULE_MAX_PARAMETERS] = {false};
    char *rest = NULL;
    const char *name = strtok_r(parts, " ", &rest);
    const struct rule_kind *kind = rule_kind_find(name ? name : "");
    if (!kind) {
        const struct nearest nearest = rule_kind_nearest(name ? name : "");
        return error_set(error, STATUS_USAGE,
                         "no update rule '%.100s'%s; allowed are %s", name ? name : "",
                         nearest.hint, nearest.known);
    }
    *rule = rule_of(kind, NAN);
    for (char *part; (part = strtok_r(NULL, " ", &rest));) {
        const int status = read_part(part, rule, given, error);
        if (status != STATUS_OK)
            return status;
    }
    rule_complete(rule);
    return STATUS_OK;
}

int rule_from(struct rule *rule, struct error *error, const char *format, ...)
{
    char text[LONGEST_TEXT], parts[LONGEST_TEXT];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        return error_set(error, STATUS_USAGE,
                         "the rule '%.100s...' is too long; allowed are %zu characters",
                         text, sizeof text - 1);
    memcpy(parts, text, (size_t)length + 1);
    const int status = read_text(parts, rule, error);
    if (status == STATUS_OK)
        return STATUS_OK;
    const struct error why = *error;
    return error_about(error, status, why.quantity, "%s (in the rule '%.200s')",
                       why.text, text);
}
