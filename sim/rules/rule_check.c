/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule_check.h"

int rule_check_constant(const struct rule *rules, size_t count, const char *what,
                        struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rule_is_scheduled(&rules[i]))
            return error_about(error, STATUS_USAGE, "schedule",
                               "a learning rate that changes has no %s; "
                               "allowed is constant",
                               what);
    return STATUS_OK;
}

int rule_check_gradients(const struct rule *rules, size_t count, const char *what,
                         struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].kind->from_file && matrices_are_curved(&rules[i].matrices))
            return error_about(error, STATUS_USAGE, "system",
                               "A1 is not b times (1, 0, ...), so the rule takes "
                               "gradients elsewhere than at theta; %s allows "
                               "gradients at theta only",
                               what);
    return STATUS_OK;
}

int rule_check_unpulled(const struct rule *rules, size_t count, const char *what,
                        struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].kind->from_file && matrices_are_pulled(&rules[i].matrices))
            return error_about(error, STATUS_USAGE, "system",
                               "the first column of A0 is not 1, 0, ...: theta "
                               "itself moves the state; %s allows rules that "
                               "gradients alone move",
                               what);
    return STATUS_OK;
}

int rule_check_linear(const struct rule *rules, size_t count, const char *what,
                      struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!rules[i].kind->linear)
            return error_about(
                error, STATUS_USAGE, "optimizer",
                "%s is not linear, so it has no %s; "
                "pnm-simulate, pnm-stationary and pnm-convergence take it",
                rules[i].kind->name, what);
    return STATUS_OK;
}
