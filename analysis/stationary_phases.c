/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stationary_phases.h"

#include "base/text.h"
#include "cli/epoch_options.h"
#include "compare/stationary.h"

#include <stdlib.h>

/* Whether the rule may run with the given options. */
static bool fits(const struct rule *rule, const struct problem *problem)
{
    struct error ignored;
    return problem->train_size > 0
               ? rule->kind->linear
               : stationary_check_mean(rule, problem, &ignored) == STATUS_OK;
}

int stationary_phases_leave_out(const struct request *request, struct rule **rules,
                                size_t *count, struct error *error)
{
    struct text names = {0};
    const char *last = NULL;
    size_t kept = 0;
    *rules = malloc((*count + 1) * sizeof **rules);
    if (!*rules)
        return error_memory(error, "the rules");
    for (size_t k = 0; k < *count; k++) {
        const struct rule *rule = &request->rules.rule[k];
        if (!rule->of_all || fits(rule, &request->problem)) {
            (*rules)[kept++] = *rule;
            continue;
        }
        if (rule->kind->name != last)
            text_add(&names, "%s%s", names.length ? ", " : "", rule->kind->name);
        last = rule->kind->name;
    }
    *count = kept;
    if (names.length > 0)
        sampling_warn(&request->sampling,
                      "--optimizer " RULES_ALL ": left out: %s (%s)", text_get(&names),
                      request->problem.train_size > 0
                          ? "a rule that is not linear has no exact law with "
                            "--sampling epoch"
                          : "with weight decay and a theta* other than 0 the mean of a "
                            "rule that is not linear is not known");
    text_free(&names);
    return STATUS_OK;
}

int stationary_phases_options(const struct stationary_request *own, struct error *error)
{
    const bool epochs = own->request.problem.train_size > 0;
    if (own->by_phase && !epochs)
        return error_about(error, STATUS_USAGE, "by-phase",
                           "the option is about epochs, and noise is fresh; it is "
                           "allowed with --sampling epoch");
    if (own->by_phase && own->excess)
        return error_about(error, STATUS_USAGE, "by-phase",
                           "the option cannot be combined with --excess, which gives "
                           "one row a rule");
    if (epochs && own->quantiles_given)
        return error_about(
            error, STATUS_USAGE, "sampling",
            "epoch is not allowed with --quantiles, whose exact laws are "
            "those of fresh noise; allowed is fresh");
    return STATUS_OK;
}

int stationary_phases_check(const struct stationary_request *own,
                            const struct rule *rules, size_t count, struct error *error)
{
    const bool epochs = own->request.problem.train_size > 0;
    int status = STATUS_OK;
    for (size_t k = 0; epochs && k < count; k++)
        if (!rules[k].kind->linear)
            return error_about(error, STATUS_USAGE, "optimizer",
                               "%s is not linear, so it has no exact law with "
                               "--sampling epoch; pnm-simulate measures it",
                               rules[k].kind->name);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = epoch_options_check(&own->request, &rules[k], error);
    return status;
}
