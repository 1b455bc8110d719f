/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule_check.h"

#include <math.h>

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

int rule_check_sampled(const struct rule *rules, size_t count, const char *what,
                       struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].kind->exact_gradient)
            return error_about(error, STATUS_USAGE, "optimizer",
                               "%s knows the gradient without noise, so gradient and "
                               "noise do not act alike; %s allows rules that take "
                               "samples of the gradient alone",
                               rules[i].kind->name, what);
    return STATUS_OK;
}

int rule_check_linear(const struct rule *rules, size_t count, const char *what,
                      struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!rules[i].kind->linear)
            return error_about(
                error, STATUS_USAGE, "optimizer",
                "%s is not linear, so it has no %s; pnm-simulate, pnm-convergence "
                "and, for stationary covariances, pnm-stationary measure it",
                rules[i].kind->name, what);
    return STATUS_OK;
}

/* Whether nothing can overflow in a step. */
static bool is_moderate(double theta, const double *slot, int slots)
{
    bool moderate = fabs(theta) < 0x1p300;
    for (int k = 0; k < slots; k++)
        moderate = moderate && fabs(slot[k]) < 0x1p300;
    return moderate;
}

bool rule_divides_zero(const struct rule *rule, double h, double theta,
                       double theta_star, uint64_t steps)
{
    double slot[RULE_MAX_SLOTS] = {0};
    if (rule->kind->linear)
        return false;
    for (uint64_t t = 0; t < steps && is_moderate(theta, slot, rule->kind->slots);
         t++) {
        double gradient[RULE_MAX_GRADIENTS];
        for (int k = 0; k < rule_gradients(rule->kind); k++)
            gradient[k] = h * (theta - theta_star);
        rule->kind->step(rule, t, 1, gradient, &theta, slot);
        if (isnan(theta))
            return true;
    }
    return false;
}
